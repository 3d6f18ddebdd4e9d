import type { JsonObject } from '../../store/records.ts'
import type { ClientMetadataMember } from '../member.ts'
import { httpsUrl, jsonObject, line } from './kinds.ts'

const ALL = ['staff', 'registration', 'import'] as const

const JWKS = 'The keys must be a JSON Web Key Set of at most 20 public keys: {"keys": […]} (RFC 7517 5).'
/** Members that only private or symmetric keys have (RFC 7518 6.2.2, 6.3.2, 6.4). */
const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

/** How a client authenticates, and with which keys (RFC 7591 2, RFC 7523). */
export const keyMembers = {
  tokenEndpointAuthMethod: {
    name: 'token_endpoint_auth_method',
    schema: line('The method must be the name of a client authentication method.', 100),
    fallback: null,
    control: {
      label: 'Authentication',
      kind: 'text',
      hint: 'The only method that it may use, such as private_key_jwt. If empty, any that its type allows.',
    },
    setBy: ALL,
  } satisfies ClientMetadataMember<string | null>,
  jwksUri: {
    name: 'jwks_uri',
    schema: httpsUrl('The key set URL must be an absolute https URL without a fragment.'),
    fallback: null,
    control: { label: 'Key set URL', kind: 'text', hint: 'An https URL of a JSON Web Key Set.' },
    setBy: ALL,
  } satisfies ClientMetadataMember<string | null>,
  jwks: {
    name: 'jwks',
    schema: jsonObject(JWKS, isPublicKeySet),
    fallback: null,
    control: {
      label: 'Keys',
      kind: 'json',
      hint: 'A JSON Web Key Set of public keys, if it has no URL.',
    },
    setBy: ALL,
  } satisfies ClientMetadataMember<JsonObject | null>,
} as const

function isPublicKeySet({ keys }: JsonObject): boolean {
  if (!Array.isArray(keys) || keys.length > 20) return false
  return keys.every(
    (key: unknown) =>
      typeof key === 'object' &&
      key !== null &&
      'kty' in key &&
      typeof key.kty === 'string' &&
      !PRIVATE.some((name) => Object.hasOwn(key, name)),
  )
}
