import type { Params, Provider } from '../../concepts.ts'
import { normalResponseType, responseTypeParts, supportedResponseTypes } from '../response-types/index.ts'

/**
 * How an answer travels: as the request asks, where that is possible, else as the response type's own document says
 * (OAuth 2.0 Multiple Response Type Encoding Practices 2.1, 5): tokens never in a query, a form only to a web address.
 * @param redirectUri where the answer goes
 */
export function responseModeOf(params: Params, redirectUri: string, provider: Provider): string {
  const type = normalResponseType(params.get('response_type') ?? '')
  // A combination that is not answered is as unknown as a name that nobody has.
  const known = !type.includes(' ') || supportedResponseTypes(provider).includes(type)
  const parts = known ? responseTypeParts(type, provider) : []
  const defaultMode = parts.some((part) => part.defaultMode === 'fragment') ? 'fragment' : 'query'
  const mode = params.get('response_mode')
  if (mode === undefined || !Object.hasOwn(provider.responseModes, mode)) return defaultMode
  const leaks = mode === 'query' && defaultMode !== 'query'
  const unreachable = mode === 'form_post' && !/^https?:/i.test(redirectUri)
  return leaks || unreachable ? defaultMode : mode
}
