import { issueTokens } from '../../tokens/issue.ts'
import { openRefreshToken } from '../../tokens/opaque.ts'
import { invalidGrant } from '../../tokens/outcome.ts'
import type { GrantType } from './index.ts'

/** A refresh token, which is replaced by the next (RFC 6749 6, RFC 9700 4.14.2). */
export const refreshToken: GrantType = {
  parameters: ['refresh_token'],
  async exchange(request, provider) {
    const { params } = request
    const presented = await openRefreshToken(params.get('refresh_token') ?? '', provider.keys)
    if (!presented) {
      await request.authenticateClient()
      throw invalidGrant('a refresh token that we did not mint')
    }
    const claim = {
      kind: 'refresh',
      ...presented,
      reuseInterval: provider.settings.refreshReuseInterval,
    } as const
    // The store takes the user from the grant; a scope that was left out stands for all of the grant's (RFC 6749 6).
    return issueTokens(request, { userId: null, scope: params.get('scope'), claim }, provider)
  },
}
