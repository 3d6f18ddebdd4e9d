import type { Params, Provider } from '../../concepts.ts'
import { paramsOf } from '../../oauth/params.ts'
import { invalidObject, type VerifiedRequestObject } from './verify.ts'

/** Claims about the JWT itself (RFC 7519 4.1). */
const OF_THE_JWT = ['iss', 'aud', 'exp', 'iat', 'nbf', 'jti']
/** Parameters that are valid only in an object, and those that refer to it, which are not part of the request. */
const NOT_BESIDE = ['redirect_uri', 'request_uri']
/** More members than any request has. */
const MAX_MEMBERS = 100

/**
 * The parameters of a request that has a request object. Those in the object win; the redirect URI is read only from it, so
 * that nobody can divert the answer to a signed request. If the object is not the whole request (RFC 9101 6.3), missing
 * parameters are taken from outside it (OpenID Connect Core 6.1).
 * @throws {OAuthError} invalid_request_object: a member has a value that no parameter can have, or contradicts the parameter
 * outside
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
    (name) => !named.has(name) && !NOT_BESIDE.includes(name),
  )
  const outside = lacking.flatMap((name) => beside.getAll(name).map((text) => [name, text] as const))
  return { ...paramsOf([...inside, ...outside.filter(([, text]) => text !== '')]), repeated: beside.repeated }
}

/** Returns a member as strings: JSON for an object, such as `claims`; none if it is empty. */
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
