import type { GrantType } from '../../concepts.ts'
import { issueTokens } from '../../tokens/issue.ts'

/** The client acts for itself (RFC 6749 4.4): no user, no refresh token. */
export const clientCredentials: GrantType = {
  parameters: [],
  exchange: (request, provider) =>
    issueTokens(request, { userId: null, scope: request.params.get('scope') }, provider),
}
