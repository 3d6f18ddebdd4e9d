import type { JWTPayload } from 'jose'
import type { FormatProvider, Provider, TokenFormat } from '../concepts.ts'
import { asObject } from '../crypto/json.ts'
import { ConfigurationError } from '../errors.ts'
import { keysOf } from '../oauth/resources.ts'
import { openOwnJwt, signJwt } from '../openid/jwt.ts'
import type { KeyContext, SigningKey } from '../openid/keys/key-ring.ts'
import { sharedKeyRing } from '../openid/keys/shared-ring.ts'
import { signedAs } from '../openid/open-id.ts'
import { settingsOf } from '../settings/settings.ts'
import type { GrantDetails, IssuedTokens } from '../store/records.ts'
import { audienceOf, knownResources } from '../tokens/audience.ts'
import { amrOf, authTimeOf, reachedLevels } from '../tokens/authentication-level.ts'
import { jktOf } from '../tokens/binding.ts'
import { subjectAs } from '../tokens/subject.ts'
import type { AccessToken } from '../tokens/verify.ts'
import { JWT_SETTINGS } from './settings.ts'

/** The `typ` of an access token (RFC 9068 2.1). */
const TYPE = 'at+jwt'

/** Claims that only the provider may set (RFC 9068 2.2). */
const OWN = [
  'iss',
  'exp',
  'aud',
  'sub',
  'client_id',
  'iat',
  'jti',
  'scope',
  'auth_time',
  'acr',
  'cnf',
  'act',
  'nbf',
]

/** Further claims of access tokens, such as roles (RFC 9068 2.2.3). Those of the provider cannot be replaced. */
export type AccessTokenClaims = (
  issued: IssuedTokens,
  provider: Provider,
) => Readonly<Record<string, unknown>> | Promise<Readonly<Record<string, unknown>>>

/** Access tokens that are JWTs (RFC 9068), for the resources and clients that want them. */
export function jwtFormat(claims: AccessTokenClaims | null): TokenFormat {
  return {
    lifetime: (provider) => settingsOf(JWT_SETTINGS, provider).expireJwtDelta,
    async prepare(details, provider) {
      if (await isJwt(strings(details?.['resource']), details, provider)) await signingKey(provider)
    },
    async mint(issued, provider) {
      if (!(await isJwt(issued.resource, issued.details, provider))) return null
      const own = await ownClaims(issued, provider)
      const further = Object.entries((await claims?.(issued, provider)) ?? {})
      const all = { ...Object.fromEntries(further.filter(([name]) => !OWN.includes(name))), ...own }
      return signJwt(all, await signingKey(provider), TYPE)
    },
    async open(token, provider) {
      const read = await openJwt(token, provider)
      return read && { kind: 'access', grantId: read.grantId, sequence: read.sequence }
    },
    async read(token, provider) {
      const read = await openJwt(token, provider)
      return read && describe(read.claims)
    },
  }
}

/** Returns whether one of the resources or the grant's client wants JWTs. */
async function isJwt(
  resource: readonly string[],
  details: GrantDetails | null,
  provider: Provider,
): Promise<boolean> {
  if (details?.['format'] === 'jwt') return true
  if (resource.length === 0) return false
  const known = await knownResources(provider)
  return keysOf(known.filter(({ tokenFormat }) => tokenFormat === 'jwt')).some((key) =>
    resource.includes(key),
  )
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one: unknown) => typeof one === 'string') : []
}

async function signingKey(provider: Provider): Promise<SigningKey> {
  if (!provider.endpoints.some(({ metadata }) => metadata === 'jwks_uri')) {
    throw new ConfigurationError(
      'features',
      'include JWT access tokens, but not the feature that publishes their keys: add openid()',
    )
  }
  const { jwtAlgorithm } = settingsOf(JWT_SETTINGS, provider)
  return sharedKeyRing(provider.settings).signingKey(signedAs(jwtAlgorithm, provider), keyContext(provider))
}

function keyContext({ defer, keys, request, signingKeyStore }: FormatProvider): KeyContext {
  if (!signingKeyStore) {
    throw new ConfigurationError(
      'signingKeys',
      'are needed with your own storage, because a feature signs tokens',
    )
  }
  return { store: signingKeyStore, keys, now: request.now, defer }
}

/** Returns the claims of RFC 9068 2.2, and those that bind the token to a key or to the acting party. */
async function ownClaims(issued: IssuedTokens, provider: Provider): Promise<JWTPayload> {
  const { clientId, details, expiresAt, resource, scope, token, userId } = issued
  const authTime = authTimeOf(issued)
  const [first = provider.origin, ...others] = await audienceOf(resource, provider)
  const [level] = userId === null ? [] : reachedLevels(amrOf(details))
  const jkt = jktOf(details)
  const act = asObject(details?.['act'])
  return {
    iss: provider.issuer,
    sub: await subjectOf(issued, provider),
    aud: others.length === 0 ? first : [first, ...others],
    client_id: clientId,
    scope,
    iat: provider.request.now,
    exp: expiresAt,
    jti: `${token.grantId}.${token.sequence}`,
    // Zero if another provider vouched for the user without saying when.
    ...(authTime && { auth_time: authTime }),
    ...(level !== undefined && { acr: level }),
    ...(jkt !== null && { cnf: { jkt } }),
    ...(act && { act }),
  }
}

/** Returns the token's subject as its client knows it, as a client can read the token (RFC 9068 6). */
async function subjectOf({ clientId, details, userId }: IssuedTokens, provider: Provider): Promise<string> {
  if (userId === null) return clientId
  const kept = text(asObject(details?.['openid'])?.['sub']) ?? text(details?.['sub'])
  if (kept !== undefined) return kept
  // A grant without a page, such as a password grant, keeps no subject, but what determines a pairwise one.
  if (!details?.['pairwise']) return userId
  const client = {
    clientId,
    type: 'confidential',
    redirectUris: strings(details['pairwise']),
    metadata: { subject_type: 'pairwise' },
  } as const
  return subjectAs(userId, client, provider)
}

interface OpenedJwt {
  readonly claims: JWTPayload
  readonly grantId: string
  readonly sequence: number
}

/** Opens one of our JWTs that has not expired; null if it is not a JWT, has another type or issuer, or another signature. */
async function openJwt(token: string, provider: FormatProvider): Promise<OpenedJwt | null> {
  if (!token.startsWith('ey') || !provider.signingKeyStore) return null
  // Outside a request, an issuer that is not set is unknown.
  const expected = { issuer: provider.issuer || null, type: TYPE }
  const claims = await openOwnJwt(token, expected, sharedKeyRing(provider.settings), keyContext(provider))
  if (!claims || typeof claims.exp !== 'number' || claims.exp <= provider.request.now) return null
  const [, grantId, sequence] = /^([0-9a-f]{32})\.(\d{1,15})$/.exec(claims.jti ?? '') ?? []
  if (grantId === undefined || sequence === undefined) return null
  return { claims, grantId, sequence: Number(sequence) }
}

/** Returns an access token as its own claims describe it. */
function describe(claims: JWTPayload): AccessToken {
  const clientId = text(claims['client_id']) ?? ''
  const scope = text(claims['scope']) ?? ''
  const isClients = claims.sub === clientId && claims['auth_time'] === undefined
  return {
    id: claims.jti ?? null,
    clientId,
    user: isClients ? null : { id: claims.sub ?? '', username: '' },
    scope,
    scopes: scope.split(' ').filter(Boolean),
    expiresAt: claims.exp ?? 0,
    authTime: typeof claims['auth_time'] === 'number' ? claims['auth_time'] : null,
    acr: text(claims['acr']) ?? null,
    audience: [claims.aud ?? []].flat(),
    jkt: text(asObject(claims['cnf'])?.['jkt']) ?? null,
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
