import type { Provider } from '../concepts.ts'
import {
  responseTypeParts,
  normalResponseType,
  supportedResponseTypes,
} from '../oauth/response-types/index.ts'
import { invalidMetadata } from './refusals.ts'

/** Grants of people alone: a stranger gets no token for itself, and is shown no password. */
const GRANTS_OF_STRANGERS = (name: string): boolean => name !== 'password' && name !== 'client_credentials'

/**
 * The grant types that a client gets of those that it names (RFC 7591 2); others are ignored. Without any, those of its response
 * types, with refresh tokens.
 * @param isTrusted an initial access token vouches for it
 * @throws {OAuthError} invalid_client_metadata: none is left, or a response type does not follow from them
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
  const known = [
    ...Object.keys(provider.grantTypes),
    ...Object.values(provider.responseTypes).map((part) => part.grantType),
  ]
  const allowed = given.filter(
    (name) => known.includes(name) && name !== 'password' && (isTrusted || GRANTS_OF_STRANGERS(name)),
  )
  if (allowed.length === 0) throw invalidMetadata('None of the grant types can be registered here.')
  const missing = implied.find((name) => !allowed.includes(name))
  if (missing === undefined) return [...new Set(allowed)]
  throw invalidMetadata(`The response types need the grant type ${missing} (RFC 7591 2.1).`)
}

/** The response types that clients with these grant types can ask for. */
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
 * A list of texts.
 * @returns undefined where it was left out
 * @throws {OAuthError} invalid_client_metadata: it is something else
 */
export function listOf(value: unknown, name: string): readonly string[] | undefined {
  if (value === undefined || value === null) return undefined
  if (Array.isArray(value)) {
    const texts = value.filter((entry: unknown): entry is string => typeof entry === 'string')
    if (texts.length === value.length && texts.length <= 1000) return texts
  }
  throw invalidMetadata(`${name} must be a list of texts.`)
}
