import type { Params, Provider } from '../../concepts.ts'
import { normalResponseType, responseTypeParts, supportedResponseTypes } from '../response-types/index.ts'

/**
 * Returns how the answer is sent: as the request asks, if possible, or else by the default of the response type (OAuth 2.0
 * Multiple Response Type Encoding Practices 2.1, 5). Tokens are never sent in a query, and forms only to a web address.
 * @param redirectUri where the answer goes
 */
export function responseModeOf(params: Params, redirectUri: string, provider: Provider): string {
  const type = normalResponseType(params.get('response_type') ?? '')
  // An unsupported combination is treated like an unknown name.
  const known = !type.includes(' ') || supportedResponseTypes(provider).includes(type)
  const parts = known ? responseTypeParts(type, provider) : []
  const defaultMode = parts.some((part) => part.defaultMode === 'fragment') ? 'fragment' : 'query'
  const mode = params.get('response_mode')
  if (mode === undefined || !Object.hasOwn(provider.responseModes, mode)) return defaultMode
  const leaks = mode === 'query' && defaultMode !== 'query'
  const unreachable = mode === 'form_post' && !/^https?:/i.test(redirectUri)
  return leaks || unreachable ? defaultMode : mode
}
