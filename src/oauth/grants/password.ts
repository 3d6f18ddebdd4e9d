import type { GrantType } from '../../concepts.ts'
import { checkPassword } from '../../identity/authenticate.ts'
import { needsSecondFactor } from '../../identity/second-factor.ts'
import { invalidGrant } from '../../refusals.ts'
import { issueTokens } from '../../tokens/issue.ts'

/**
 * The user's name and password (RFC 6749 4.3). A public client gets no refresh token, as anybody who knows its client_id
 * could use one.
 */
export const password: GrantType = {
  works: ({ settings }) => settings.passwordGrant,
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
    // There is nobody to ask for the second factor.
    if (needsSecondFactor(signIn.user, provider)) throw invalidGrant('the user needs a second factor')
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
