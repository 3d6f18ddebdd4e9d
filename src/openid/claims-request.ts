import * as v from 'valibot'
import { OAuthError } from '../errors.ts'
import type { ClaimRequest, ClaimRequests } from './claims.ts'

/** Characters, claims and values: more than any client requests. */
const MAX_LENGTH = 8192
const MAX_CLAIMS = 100
const MAX_VALUES = 100

/** What the `claims` parameter requests, by place (OpenID Connect Core 5.5). */
export interface ClaimsRequest {
  readonly userinfo: ClaimRequests
  readonly idToken: ClaimRequests
}

const claim = v.nullable(
  v.object({
    essential: v.optional(v.boolean(), false),
    value: v.optional(v.unknown()),
    values: v.optional(v.pipe(v.array(v.unknown()), v.maxLength(MAX_VALUES))),
  }),
)
/** Valibot accepts a list as an object. */
const noList = v.check((value: unknown) => !Array.isArray(value))
const place = v.nullish(
  v.pipe(
    v.unknown(),
    noList,
    v.record(v.string(), claim),
    v.check((claims) => Object.keys(claims).length <= MAX_CLAIMS),
  ),
)
// Unknown members are ignored (5.5).
const parameter = v.pipe(
  v.string(),
  v.maxLength(MAX_LENGTH),
  v.parseJson(),
  noList,
  v.object({ userinfo: place, id_token: place }),
)

/**
 * Reads the `claims` parameter (OpenID Connect Core 5.5).
 * @param text the parameter; undefined if there is none
 * @throws {OAuthError} invalid_request: it is not JSON of that form, or requests too much
 */
export function parseClaimsRequest(text: string | undefined): ClaimsRequest {
  if (text === undefined) return { userinfo: new Map(), idToken: new Map() }
  const parsed = v.safeParse(parameter, text)
  if (!parsed.success)
    throw new OAuthError('invalid_request', "The parameter 'claims' is not a claims request.")
  return { userinfo: toRequests(parsed.output.userinfo), idToken: toRequests(parsed.output.id_token) }
}

/**
 * Returns the subject that a request insists on (OpenID Connect Core 5.5.1): no other user may be returned.
 * @returns null if any will do
 * @throws {OAuthError} invalid_request: it insists on two
 */
export function requestedSubject({ idToken, userinfo }: ClaimsRequest): string | null {
  const wanted = [userinfo, idToken].flatMap((requests) => requests.get('sub')?.values ?? [])
  const [subject = null, ...others] = new Set(wanted.map(String))
  if (others.length > 0)
    throw new OAuthError('invalid_request', "The parameter 'claims' requests several subjects.")
  return subject
}

/** Returns how the user should be authenticated according to `claims` (OpenID Connect Core 5.5.1.1); null for any way. */
export function requestedAcr({ idToken }: ClaimsRequest): ClaimRequest | null {
  return idToken.get('acr') ?? null
}

function toRequests(claims: v.InferOutput<typeof place>): ClaimRequests {
  return new Map(
    Object.entries(claims ?? {}).map(([name, asked]) => {
      const value = asked?.value === undefined ? [] : [asked.value]
      const values = [...value, ...(asked?.values ?? [])]
      return [name, { essential: asked?.essential ?? false, values: values.length > 0 ? values : null }]
    }),
  )
}
