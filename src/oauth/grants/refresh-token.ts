import type { GrantType } from '../../concepts.ts'
import { invalidGrant } from '../../refusals.ts'
import { issueTokens } from '../../tokens/issue.ts'
import { readTokenReference, refreshTokenNameOf } from '../../tokens/reference.ts'

/** A refresh token, which the next one replaces (RFC 6749 6, RFC 9700 4.14.2). */
export const refreshToken: GrantType = {
  parameters: ['refresh_token'],
  async exchange(request, provider) {
    const { params } = request
    const found = await readTokenReference(params.get('refresh_token') ?? '', provider)
    const presented = found && refreshTokenNameOf(found)
    if (!presented) {
      await request.authenticateClient()
      throw invalidGrant('the refresh token was not minted here')
    }
    const claim = {
      kind: 'refresh',
      ...presented,
      reuseInterval: provider.settings.refreshReuseInterval,
    } as const
    // The store takes the user from the grant; without a scope, the grant's whole scope is meant (RFC 6749 6).
    return issueTokens(request, { userId: null, scope: params.get('scope'), claim }, provider)
  },
}
