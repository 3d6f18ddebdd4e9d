import * as v from 'valibot'
import { OAuthError } from '../../errors.ts'
import { parseScope } from '../../scope.ts'
import { MAX_SECONDS } from '../../settings/kinds.ts'
import type { ClientMetadata } from '../../store/admin-store.ts'
import type { ClientType } from '../../store/records.ts'
import { grantTypesOff } from '../grant-types.ts'
import type { Choice, ClientMetadataMember, Offering } from '../member.ts'
import { flag, seconds, trimmedText, webUrl } from './kinds.ts'

/** Fields of a client that are columns of the storage, because queries and the protocol read them. */
export type ClientColumns = Omit<ClientMetadata, 'metadata' | 'responseTypes'>

/** The most redirect URIs that a client may have. */
export const MAX_REDIRECT_URIS = 100
const MAX_GRANT_TYPES = 20

/** Grant types by their registered names; extension grants are named by absolute URIs (RFC 6749 4.5). */
const GRANT_TYPES: readonly Choice[] = [
  ['authorization_code', 'Authorization code'],
  ['refresh_token', 'Refresh token'],
  ['client_credentials', 'Client credentials: the client acts for itself'],
  ['password', 'Password: only for your own clients'],
  ['implicit', 'Implicit: only for clients with no alternative'],
]

const NAME = 'The name must have 1 to 200 characters, and no control characters.'
const URL_RULE = 'The URL must be an absolute http or https URL of at most 2,000 characters.'
const TYPE = 'The type must be confidential or public.'
const URIS = `Redirect URIs must be a list of at most ${MAX_REDIRECT_URIS} absolute URIs.`
const GRANTS =
  `Grant types must be a list of ${GRANT_TYPES.map(([name]) => name).join(', ')}, or the absolute URIs of extension ` +
  `grants, at least one and at most ${MAX_GRANT_TYPES}.`
const SCOPE = 'The scope must be scope names separated by spaces (RFC 6749 3.3).'
const LIFETIME = `A token's lifetime must be a whole number of seconds from 1 to ${MAX_SECONDS}, or empty.`
const INTERVAL = `A reuse interval must be a whole number of seconds from 0 to ${MAX_SECONDS}, or empty.`

const ALL = ['staff', 'registration', 'import'] as const
const OPERATORS = ['staff', 'import'] as const

/** The rows of the members that are columns, by the field of `ClientMetadata` that each one fills. */
export const columnMembers: {
  readonly [Field in keyof ClientColumns]: ClientMetadataMember<ClientColumns[Field]>
} = {
  name: {
    name: 'client_name',
    alias: 'name',
    schema: v.pipe(trimmedText(NAME), v.regex(/^\P{Cc}{1,200}$/u, NAME)),
    fallback: '',
    required: true,
    control: { label: 'Name', kind: 'text', hint: 'What users see on the consent page.' },
    setBy: ALL,
  },
  type: {
    name: 'type',
    schema: v.picklist(['confidential', 'public'], TYPE),
    fallback: 'confidential',
    control: {
      label: 'Type',
      kind: 'choice',
      choices: [
        ['confidential', 'Confidential: it runs on a server and can keep a secret'],
        ['public', 'Public: it runs in a browser or on a device'],
      ],
      hint: 'A client that becomes public loses its secrets.',
    },
    setBy: ALL,
  },
  url: {
    name: 'client_uri',
    alias: 'url',
    schema: webUrl(URL_RULE),
    fallback: null,
    control: { label: 'Home page', kind: 'text', hint: 'An http or https URL.' },
    setBy: ALL,
  },
  redirectUris: {
    name: 'redirect_uris',
    schema: v.pipe(v.array(v.string(URIS), URIS), v.maxLength(MAX_REDIRECT_URIS, URIS)),
    fallback: [],
    control: {
      label: 'Redirect URIs',
      kind: 'lines',
      hint: 'One per line, complete and exact, such as https://app.example/callback.',
    },
    option: '--redirect-uri <uri>',
    setBy: ALL,
  },
  grantTypes: {
    name: 'grant_types',
    schema: v.pipe(
      v.array(v.pipe(v.string(GRANTS), v.check(isGrantType, GRANTS)), GRANTS),
      v.minLength(1, GRANTS),
      v.transform((names): readonly string[] => [...new Set(names)]),
      v.maxLength(MAX_GRANT_TYPES, GRANTS),
    ),
    fallback: ['authorization_code', 'refresh_token'],
    control: {
      label: 'Grant types',
      kind: 'choices',
      choices: grantTypeChoices,
    },
    option: '--grant <grant>',
    setBy: ALL,
  },
  scope: {
    name: 'scope',
    schema: v.pipe(
      v.string(SCOPE),
      v.check(isScope, SCOPE),
      v.transform((scope) => parseScope(scope)),
    ),
    fallback: null,
    control: {
      label: 'Scopes',
      kind: 'text',
      hint: 'Names separated by spaces. If empty, the client may ask for every scope.',
    },
    setBy: ALL,
  },
  autoAuthorize: {
    name: 'auto_authorize',
    schema: flag('auto_authorize'),
    fallback: false,
    control: { label: 'Never ask for consent', kind: 'flag' },
    setBy: OPERATORS,
  },
  authorizeEveryTime: {
    name: 'authorize_every_time',
    schema: flag('authorize_every_time'),
    fallback: false,
    control: { label: 'Ask for consent every time', kind: 'flag' },
    setBy: OPERATORS,
  },
  requirePkce: {
    name: 'require_pkce',
    schema: flag('require_pkce'),
    fallback: (type: ClientType) => type === 'public',
    control: {
      label: 'Require PKCE',
      kind: 'flag',
      hint: 'Without PKCE, anybody who sees a code can use it (RFC 9700 2.1.1).',
      unset: 'For public clients only',
    },
    option: '--pkce',
    setBy: OPERATORS,
  },
  accessTokenLifetime: {
    name: 'access_token_lifetime',
    schema: seconds(LIFETIME, 1, MAX_SECONDS),
    fallback: null,
    control: {
      label: 'Access token lifetime',
      kind: 'seconds',
      hint: 'Seconds. If empty, the settings decide.',
    },
    setBy: OPERATORS,
  },
  refreshTokenLifetime: {
    name: 'refresh_token_lifetime',
    schema: seconds(LIFETIME, 1, MAX_SECONDS),
    fallback: null,
    control: {
      label: 'Refresh token lifetime',
      kind: 'seconds',
      hint: 'Seconds since the last refresh. If empty, the settings decide.',
    },
    setBy: OPERATORS,
  },
  refreshReuseInterval: {
    name: 'refresh_reuse_interval',
    schema: seconds(INTERVAL, 0, MAX_SECONDS),
    fallback: null,
    control: {
      label: 'Refresh token reuse interval',
      kind: 'seconds',
      hint:
        'Seconds in which the refresh token just replaced gets the same answer again, as after a lost reply. 0 ends the grant ' +
        'at once. If empty, the settings decide.',
    },
    setBy: OPERATORS,
  },
}

function grantTypeChoices({ grantTypes, settings }: Offering): readonly Choice[] {
  const off = grantTypesOff(settings)
  const registered = GRANT_TYPES.filter(([name]) => !Object.hasOwn(off, name))
  return [...registered, ...extensionsOf(grantTypes)]
}

/** Grant types of features go by URIs; the panel says what they are. */
function extensionsOf(grantTypes: Offering['grantTypes']): readonly Choice[] {
  return Object.entries(grantTypes)
    .filter(([name]) => name.includes(':'))
    .map(([name, { label }]) => [name, label ?? name])
}

function isGrantType(name: string): boolean {
  return (
    GRANT_TYPES.some(([registered]) => registered === name) ||
    (/^[a-z][a-z0-9+.-]*:[\x21-\x7e]+$/i.test(name) && name.length <= 255)
  )
}

function isScope(scope: string): boolean {
  try {
    parseScope(scope)
    return true
  } catch (error) {
    if (error instanceof OAuthError) return false
    throw error
  }
}
