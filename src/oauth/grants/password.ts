import type { GrantType } from '../../concepts.ts'
import { checkPassword } from '../../identity/authenticate.ts'
import { issueTokens } from '../../tokens/issue.ts'

/**
 * The user's name and password (RFC 6749 4.3). A public client gets no refresh token, as it could not keep one from a
 * stranger who has its client_id.
 */
export const password: GrantType = {
  parameters: ['username', 'password'],
  async exchange(request, provider) {
    const { params } = request
    const signIn = await checkPassword(
      {
        username: params.get('username') ?? '',
        password: params.get('password') ?? '',
        client: request,
        device: null,
      },
      provider,
    )
    return issueTokens(
      request,
      {
        userId: signIn.user.id,
        scope: params.get('scope'),
        signIn: signIn.commit,
        refreshTokenFor: ['confidential'],
      },
      provider,
    )
  },
}
