import type { GrantType } from '../../concepts.ts'
import { invalidGrant } from '../../refusals.ts'
import { issueTokens } from '../../tokens/issue.ts'
import { readTokenReference, refreshTokenNameOf } from '../../tokens/reference.ts'

/** A refresh token, which is replaced by the next (RFC 6749 6, RFC 9700 4.14.2). */
export const refreshToken: GrantType = {
  parameters: ['refresh_token'],
  async exchange(request, provider) {
    const { params } = request
    const found = await readTokenReference(params.get('refresh_token') ?? '', provider)
    const presented = found && refreshTokenNameOf(found)
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
