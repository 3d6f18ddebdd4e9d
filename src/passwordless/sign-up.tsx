import type { Context } from 'hono'
import type { Params, Provider, ProviderEnv, SignUpOption, SignUpStep } from '../concepts.ts'
import { openRequest } from '../http/captured-requests.ts'
import { waysIn } from '../mail/ways-in.ts'
import { messagesOf } from '../pages/routes/respond.ts'
import { settingsOf } from '../settings/settings.ts'
import { passwordlessMessages } from './messages.ts'
import { PASSWORDLESS_SETTINGS } from './settings.ts'

/** Returns whether passkeys are on, with which users without a password sign in. */
export function hasPasskeys({ featureSettings }: Pick<Provider, 'featureSettings'>): boolean {
  return featureSettings['passkeys'] === true
}

/** Returns whether people may create an account without a password, as they can sign in otherwise. */
function isOptional(provider: Provider): boolean {
  const { passwordOptional } = settingsOf(PASSWORDLESS_SETTINGS, provider)
  return passwordOptional && (hasPasskeys(provider) || waysIn(provider).mail)
}

function wantsNone(c: Context<ProviderEnv>, params: Params): boolean {
  return params.get('without') === 'password' && isOptional(c.get('provider'))
}

/** The link between the two forms for a new account. */
export const signUpOption: SignUpOption = {
  skipsPassword: wantsNone,
  async render(c, params) {
    const provider = c.get('provider')
    if (!provider.settings.passwords || !isOptional(provider)) return null
    const texts = passwordlessMessages(messagesOf(c))
    const none = wantsNone(c, params)
    const captured = await openRequest(c, params.get('request'))
    const query = new URLSearchParams({
      ...(!none && { without: 'password' }),
      ...(captured && { request: captured.id }),
      ...(params.get('invitation') !== undefined && { invitation: params.get('invitation') ?? '' }),
    })
    return (
      <p class="small">
        <a href={`${provider.paths.signUp}?${query.toString()}`}>
          {none ? texts.signUpWith : texts.signUpWithout}
        </a>
      </p>
    )
  },
}

/** If nobody can sign in by mail, an account without a password starts with a passkey. */
export const passkeyStep: SignUpStep = async (c, { hasWayIn }) => {
  const provider = c.get('provider')
  if (hasWayIn || waysIn(provider).mail || !hasPasskeys(provider)) return null
  return `${provider.paths.account}/passkeys/offer`
}
