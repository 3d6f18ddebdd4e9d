import type { Provider } from '../concepts.ts'
import type { WaysIn } from '../store/ways-in.ts'
import { canMail } from './send.ts'

/** Returns the ways to sign in that count when somebody gives one up. */
export function waysIn(provider: Provider): WaysIn {
  const { featureSettings, hooks, settings } = provider
  const isOn = (name: string): boolean => featureSettings[name] === true && hooks.users === null
  return {
    password: settings.passwords,
    mail: isOn('signInLinks') && canMail(provider),
    passkeys: isOn('passkeys'),
    links: isOn('signInProviders'),
  }
}
