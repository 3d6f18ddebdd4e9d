import type { Provider } from '../concepts.ts'
import {
  responseTypeParts,
  normalResponseType,
  supportedResponseTypes,
  usableGrantTypes,
} from '../oauth/response-types/index.ts'
import { invalidMetadata } from './refusals.ts'

/** Only grants by people: a stranger gets no token for itself, and sees no passwords. */
const GRANTS_OF_STRANGERS = (name: string): boolean => name !== 'password' && name !== 'client_credentials'

/**
 * Returns the grant types that a client gets, out of those that it names (RFC 7591 2); others are ignored. By default those
 * of its response types, with refresh tokens.
 * @param isTrusted whether an initial access token vouches for it
 * @throws {OAuthError} invalid_client_metadata: none is left, or a response type does not match them
 */
export function readGrantTypes(
  body: Readonly<Record<string, unknown>>,
  provider: Provider,
  isTrusted: boolean,
): readonly string[] {
  const types = listOf(body['response_types'], 'response_types')?.map(normalResponseType)
  const implied = [...new Set(types?.flatMap((type) => grantTypesOf(type, provider)))]
  const given = listOf(body['grant_types'], 'grant_types') ?? [
    ...(types ? implied : ['authorization_code']),
    ...(!types || implied.includes('authorization_code') ? ['refresh_token'] : []),
  ]
  const known = usableGrantTypes(provider)
  const allowed = given.filter(
    (name) => known.includes(name) && name !== 'password' && (isTrusted || GRANTS_OF_STRANGERS(name)),
  )
  if (allowed.length === 0) throw invalidMetadata('None of the grant types can be registered here.')
  const missing = implied.find((name) => !allowed.includes(name))
  if (missing === undefined) return [...new Set(allowed)]
  throw invalidMetadata(`The response types need the grant type ${missing} (RFC 7591 2.1).`)
}

/** Returns the response types that clients with these grant types can request. */
export function responseTypesOf(grantTypes: readonly string[], provider: Provider): readonly string[] {
  return supportedResponseTypes(provider).filter((type) =>
    responseTypeParts(type, provider).every((part) => grantTypes.includes(part.grantType)),
  )
}

function grantTypesOf(type: string, provider: Provider): readonly string[] {
  if (!supportedResponseTypes(provider).includes(type)) {
    throw invalidMetadata(`The response type ${JSON.stringify(type.slice(0, 100))} is not supported.`)
  }
  return responseTypeParts(type, provider).map((part) => part.grantType)
}

/**
 * Reads a list of strings.
 * @returns undefined if it is missing
 * @throws {OAuthError} invalid_client_metadata: it is
 * something else
 */
export function listOf(value: unknown, name: string): readonly string[] | undefined {
  if (value === undefined || value === null) return undefined
  if (Array.isArray(value)) {
    const texts = value.filter((entry: unknown): entry is string => typeof entry === 'string')
    if (texts.length === value.length && texts.length <= 1000) return texts
  }
  throw invalidMetadata(`${name} must be a list of strings.`)
}
