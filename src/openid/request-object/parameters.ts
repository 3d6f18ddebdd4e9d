import type { Params, Provider } from '../../concepts.ts'
import { paramsOf } from '../../oauth/params.ts'
import { invalidObject, type VerifiedRequestObject } from './verify.ts'

/** Claims that are about the JWT itself (RFC 7519 4.1). */
const OF_THE_JWT = ['iss', 'aud', 'exp', 'iat', 'nbf', 'jti']
/** More members than any request has. */
const MAX_MEMBERS = 100

/**
 * The parameters of a request that has a request object. Those in it win; the redirect URI counts in it alone, so that nobody
 * moves the answer of a signed request. Where it is not the whole request (RFC 9101 6.3), what it lacks is taken from beside it
 * (OpenID Connect Core 6.1).
 * @throws {OAuthError} invalid_request_object: a member has no value that a parameter can have, or contradicts the one beside it
 */
export function parametersOfObject(
  { claims, isWhole }: VerifiedRequestObject,
  beside: Params,
  { authorizationParameters: table }: Pick<Provider, 'authorizationParameters'>,
): Params {
  const members = Object.entries(claims).filter(([name]) => !OF_THE_JWT.includes(name))
  if (members.length > MAX_MEMBERS) throw invalidObject('has too many members')
  const inside = members.flatMap(([name, value]) =>
    valuesOf(name, value, table[name]?.repeats ?? false).map((text) => [name, text] as const),
  )
  if (isWhole) return { ...paramsOf(inside), repeated: beside.repeated }
  const named = new Set(inside.map(([name]) => name))
  const responseType = beside.get('response_type')
  if (responseType !== undefined && named.has('response_type') && claims['response_type'] !== responseType) {
    throw invalidObject('has another response type than the request')
  }
  const lacking = [...Object.keys(table), 'registration'].filter(
    (name) => !named.has(name) && name !== 'redirect_uri',
  )
  const outside = lacking.flatMap((name) => beside.getAll(name).map((text) => [name, text] as const))
  return { ...paramsOf([...inside, ...outside.filter(([, text]) => text !== '')]), repeated: beside.repeated }
}

/** A member as texts: JSON for what is an object, such as `claims`; nothing for what is empty. */
function valuesOf(name: string, value: unknown, repeats: boolean): readonly string[] {
  switch (typeof value) {
    case 'string':
      return value === '' ? [] : [value]
    case 'number':
    case 'boolean':
      return [String(value)]
    default:
      if (value === null) return []
      if (!Array.isArray(value)) return [JSON.stringify(value)]
  }
  const texts = Array.from<unknown>(value).filter((item) => typeof item === 'string')
  if (!repeats || texts.length !== value.length) throw invalidObject(`has a list as its member '${name}'`)
  return texts
}
