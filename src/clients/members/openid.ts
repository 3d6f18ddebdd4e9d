import * as v from 'valibot'
import { MAX_SECONDS } from '../../settings/kinds.ts'
import type { Choice, ClientMetadataMember } from '../member.ts'
import { redirectUriProblem } from '../redirect-uri.ts'
import { flag, httpsUrl, isWebUrl, seconds, texts } from './kinds.ts'

const ALL = ['staff', 'registration', 'import'] as const

const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'] as const
const ALGORITHM = `The algorithm must be one of ${ALGORITHMS.join(', ')}.`
const algorithms: readonly Choice[] = ALGORITHMS.map((name) => [name, name])
const MAX_AGE = `The age must be a whole number of seconds from 0 to ${MAX_SECONDS}, or nothing.`
const REQUEST_URIS = 'Addresses of request objects must be a list of at most 20 absolute https URLs.'
const CLIENT_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const
const CLIENT_ALGORITHM = `The algorithm must be one of ${CLIENT_ALGORITHMS.join(', ')}.`
const RETURN =
  'Addresses after sign-out must be a list of at most 100 absolute URIs that may be redirected to.'

/** What OpenID Connect asks of a client (OpenID Connect Dynamic Client Registration 1.0, 2; RP-Initiated and Back-Channel Logout). */
export const openidMembers = {
  applicationType: {
    name: 'application_type',
    schema: v.picklist(['web', 'native'], 'The application type must be web or native.'),
    fallback: 'web',
    control: {
      label: 'Application type',
      kind: 'choice',
      choices: [
        ['web', 'Web: it is opened in a browser'],
        ['native', 'Native: it is installed on a device'],
      ],
    },
    option: '--application-type <type>',
    setBy: ALL,
  } satisfies ClientMetadataMember<'native' | 'web'>,
  postLogoutRedirectUris: {
    name: 'post_logout_redirect_uris',
    schema: texts(RETURN, 100, (uri) => redirectUriProblem(uri) === null),
    fallback: [],
    control: {
      label: 'Addresses after sign-out',
      kind: 'lines',
      hint: 'One in each line, complete and exact.',
    },
    option: '--post-logout-redirect-uri <uri>',
    setBy: ALL,
  } satisfies ClientMetadataMember<readonly string[]>,
  backchannelLogoutUri: {
    name: 'backchannel_logout_uri',
    schema: httpsUrl('The address for sign-outs must be an absolute https URL without a fragment.'),
    fallback: null,
    control: {
      label: 'Back-channel logout',
      kind: 'text',
      hint: 'The https URL to which this provider reports that somebody has signed out.',
    },
    option: '--backchannel-logout-uri <url>',
    setBy: ALL,
  } satisfies ClientMetadataMember<string | null>,
  initiateLoginUri: {
    name: 'initiate_login_uri',
    schema: httpsUrl('The address that begins a sign-in must be an absolute https URL without a fragment.'),
    fallback: null,
    control: { label: 'Begins a sign-in', kind: 'text', hint: 'An https URL at the client.' },
    option: '--initiate-login-uri <url>',
    setBy: ALL,
  } satisfies ClientMetadataMember<string | null>,
  idTokenSignedResponseAlg: {
    name: 'id_token_signed_response_alg',
    schema: v.picklist(ALGORITHMS, ALGORITHM),
    fallback: 'RS256',
    control: { label: 'Signature of ID tokens', kind: 'choice', choices: algorithms },
    option: '--id-token-signed-response-alg <name>',
    setBy: ALL,
  } satisfies ClientMetadataMember<(typeof ALGORITHMS)[number]>,
  userinfoSignedResponseAlg: {
    name: 'userinfo_signed_response_alg',
    schema: v.picklist(ALGORITHMS, ALGORITHM),
    fallback: null,
    control: {
      label: 'Signature of UserInfo',
      kind: 'choice',
      choices: [['', 'None: plain JSON'], ...algorithms],
    },
    option: '--userinfo-signed-response-alg <name>',
    setBy: ALL,
  } satisfies ClientMetadataMember<(typeof ALGORITHMS)[number] | null>,
  requestUris: {
    name: 'request_uris',
    schema: texts(
      REQUEST_URIS,
      20,
      (uri) => isWebUrl(uri) && !/^http:(?!\/\/(?:localhost|127\.0\.0\.1)[:/])/i.test(uri),
    ),
    fallback: [],
    control: {
      label: 'Addresses of request objects',
      kind: 'lines',
      hint: 'One https URL in each line: what it may name as its request_uri (OpenID Connect Core 6.2).',
    },
    option: '--request-uri <url>',
    setBy: ALL,
  } satisfies ClientMetadataMember<readonly string[]>,
  requestObjectSigningAlg: {
    name: 'request_object_signing_alg',
    schema: v.picklist(CLIENT_ALGORITHMS, CLIENT_ALGORITHM),
    fallback: null,
    control: {
      label: 'Signature of its request objects',
      kind: 'choice',
      choices: [['', 'Any that its keys can make'], ...CLIENT_ALGORITHMS.map((name): Choice => [name, name])],
    },
    option: '--request-object-signing-alg <name>',
    setBy: ALL,
  } satisfies ClientMetadataMember<(typeof CLIENT_ALGORITHMS)[number] | null>,
  subjectType: {
    name: 'subject_type',
    schema: v.picklist(['public', 'pairwise'], 'The subject type must be public or pairwise.'),
    fallback: 'public',
    control: {
      label: 'Subject',
      kind: 'choice',
      choices: [
        ['public', 'Public: the same for all clients'],
        ['pairwise', 'Pairwise: another one for each sector'],
      ],
    },
    option: '--subject-type <type>',
    setBy: ALL,
  } satisfies ClientMetadataMember<'pairwise' | 'public'>,
  sectorIdentifierUri: {
    name: 'sector_identifier_uri',
    schema: httpsUrl('The sector must be an absolute https URL without a fragment.'),
    fallback: null,
    control: {
      label: 'Sector of pairwise subjects',
      kind: 'text',
      hint: 'An https URL whose host is the sector.',
    },
    option: '--sector-identifier-uri <url>',
    setBy: ALL,
  } satisfies ClientMetadataMember<string | null>,
  defaultMaxAge: {
    name: 'default_max_age',
    schema: seconds(MAX_AGE, 0, MAX_SECONDS),
    fallback: null,
    control: {
      label: 'Age of a sign-in at most',
      kind: 'seconds',
      hint: 'Seconds, where a request does not say. Without any, every sign-in is taken.',
    },
    option: '--default-max-age <seconds>',
    setBy: ALL,
  } satisfies ClientMetadataMember<number | null>,
  requireAuthTime: {
    name: 'require_auth_time',
    schema: flag('require_auth_time'),
    fallback: false,
    control: { label: 'ID tokens say when the user signed in', kind: 'flag' },
    option: '--require-auth-time',
    setBy: ALL,
  } satisfies ClientMetadataMember<boolean>,
} as const
