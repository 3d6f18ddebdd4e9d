import * as v from 'valibot'
import { MAX_SECONDS } from '../../settings/kinds.ts'
import type { Choice, ClientMetadataMember } from '../member.ts'
import { redirectUriProblem } from '../redirect-uri.ts'
import { flag, httpsUrl, isWebUrl, seconds, texts } from './kinds.ts'

const ALL = ['staff', 'registration', 'import'] as const

const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'] as const
const ALGORITHM = `The algorithm must be one of ${ALGORITHMS.join(', ')}.`
const algorithms: readonly Choice[] = ALGORITHMS.map((name) => [name, name])
const MAX_AGE = `The age must be a whole number of seconds from 0 to ${MAX_SECONDS}, or empty.`
const REQUEST_URIS = 'Request object URLs must be a list of at most 20 absolute https URLs.'
const CLIENT_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const
const CLIENT_ALGORITHM = `The algorithm must be one of ${CLIENT_ALGORITHMS.join(', ')}.`
const LOGIN = 'The sign-in start URL must be an absolute https URL without a fragment.'
const RETURN =
  'Sign-out redirect URIs must be a list of at most 100 absolute URIs that are allowed as redirect URIs.'

/**
 * What OpenID Connect adds to a client's metadata (OpenID Connect Dynamic Client Registration 1.0, 2; RP-Initiated and
 * Back-Channel Logout).
 */
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
    setBy: ALL,
  } satisfies ClientMetadataMember<'native' | 'web'>,
  postLogoutRedirectUris: {
    name: 'post_logout_redirect_uris',
    schema: texts(RETURN, 100, (uri) => redirectUriProblem(uri) === null),
    fallback: [],
    control: {
      label: 'Sign-out redirect URIs',
      kind: 'lines',
      hint: 'One per line, complete and exact.',
    },
    option: '--post-logout-redirect-uri <uri>',
    setBy: ALL,
  } satisfies ClientMetadataMember<readonly string[]>,
  backchannelLogoutUri: {
    name: 'backchannel_logout_uri',
    schema: httpsUrl('The back-channel logout URL must be an absolute https URL without a fragment.'),
    fallback: null,
    control: {
      label: 'Back-channel logout',
      kind: 'text',
      hint: 'The https URL to which this provider reports that somebody has signed out.',
    },
    setBy: ALL,
  } satisfies ClientMetadataMember<string | null>,
  initiateLoginUri: {
    name: 'initiate_login_uri',
    // Only the browser goes there, never the provider, so plain http is not allowed even for development (OpenID Connect Core 4).
    schema: v.pipe(httpsUrl(LOGIN), v.startsWith('https://', LOGIN)),
    fallback: null,
    control: {
      label: 'Sign-in start URL',
      kind: 'text',
      hint: 'The https URL at which the client starts a sign-in; people open it from their account page.',
    },
    setBy: ALL,
  } satisfies ClientMetadataMember<string | null>,
  idTokenSignedResponseAlg: {
    name: 'id_token_signed_response_alg',
    schema: v.picklist(ALGORITHMS, ALGORITHM),
    fallback: 'RS256',
    control: { label: 'ID token signature', kind: 'choice', choices: algorithms },
    setBy: ALL,
  } satisfies ClientMetadataMember<(typeof ALGORITHMS)[number]>,
  userinfoSignedResponseAlg: {
    name: 'userinfo_signed_response_alg',
    schema: v.picklist(ALGORITHMS, ALGORITHM),
    fallback: null,
    control: {
      label: 'UserInfo signature',
      kind: 'choice',
      choices: [['', 'None: plain JSON'], ...algorithms],
    },
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
      label: 'Request object URLs',
      kind: 'lines',
      hint: 'One https URL per line: what it may name as its request_uri (OpenID Connect Core 6.2).',
    },
    setBy: ALL,
  } satisfies ClientMetadataMember<readonly string[]>,
  requestObjectSigningAlg: {
    name: 'request_object_signing_alg',
    schema: v.picklist(CLIENT_ALGORITHMS, CLIENT_ALGORITHM),
    fallback: null,
    control: {
      label: 'Request object signature',
      kind: 'choice',
      choices: [['', 'Any that its keys support'], ...CLIENT_ALGORITHMS.map((name): Choice => [name, name])],
    },
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
        ['pairwise', 'Pairwise: a different one for each sector'],
      ],
    },
    setBy: ALL,
  } satisfies ClientMetadataMember<'pairwise' | 'public'>,
  sectorIdentifierUri: {
    name: 'sector_identifier_uri',
    schema: httpsUrl('The sector must be an absolute https URL without a fragment.'),
    fallback: null,
    control: {
      label: 'Sector for pairwise subjects',
      kind: 'text',
      hint: 'An https URL whose host is the sector.',
    },
    setBy: ALL,
  } satisfies ClientMetadataMember<string | null>,
  defaultMaxAge: {
    name: 'default_max_age',
    schema: seconds(MAX_AGE, 0, MAX_SECONDS),
    fallback: null,
    control: {
      label: 'Maximum age of a sign-in',
      kind: 'seconds',
      hint: 'Seconds, if a request does not say. If empty, any sign-in is accepted.',
    },
    setBy: ALL,
  } satisfies ClientMetadataMember<number | null>,
  requireAuthTime: {
    name: 'require_auth_time',
    schema: flag('require_auth_time'),
    fallback: false,
    control: { label: 'Include the sign-in time in ID tokens', kind: 'flag' },
    setBy: ALL,
  } satisfies ClientMetadataMember<boolean>,
} as const
