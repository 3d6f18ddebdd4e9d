import type { GrantType, Provider } from '../../concepts.ts'
import { invalidGrant } from '../../refusals.ts'
import { issueTokens } from '../../tokens/issue.ts'
import type { RefreshTokenPayload } from '../../tokens/opaque.ts'
import { readTokenReference } from '../../tokens/reference.ts'

/** What a refresh token says. One of another provider is the first of its grant, so that all that holds for ours holds for it. */
async function readRefreshToken(token: string, provider: Provider): Promise<RefreshTokenPayload | null> {
  const found = await readTokenReference(token, provider)
  if (found?.kind === 'imported') return { grantId: found.grantId, sequence: 0 }
  return found?.kind === 'refresh' ? { grantId: found.grantId, sequence: found.sequence } : null
}

/** A refresh token, which is replaced by the next (RFC 6749 6, RFC 9700 4.14.2). */
export const refreshToken: GrantType = {
  parameters: ['refresh_token'],
  async exchange(request, provider) {
    const { params } = request
    const presented = await readRefreshToken(params.get('refresh_token') ?? '', provider)
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
