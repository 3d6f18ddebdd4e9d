import type { Context } from 'hono'
import type { Provider, ProviderEnv } from '../concepts.ts'
import { randomId } from '../crypto/bytes.ts'
import { settingsOf } from '../settings/settings.ts'
import type { SessionRule } from '../store/records.ts'
import type { Passing, SecondFactorStore, Standing } from '../store/second-factor-store.ts'
import { SECOND_FACTOR_SETTINGS } from './settings.ts'

/** A request and its user. */
export type Handling = Context<ProviderEnv>
/** Returns the storage of a request's provider. */
export type StoreOf = (provider: Provider) => SecondFactorStore

/** Seconds within which a password sign-in must get its second factor; after that the password is required again. */
export const PENDING_LIFETIME = 600

/** Returns whether there is a second factor here: the setting is not off, and the users are our own. */
export function offersSecondFactor({ featureSettings, hooks }: Provider): boolean {
  return (
    settingsOf(SECOND_FACTOR_SETTINGS, { featureSettings }).secondFactor !== 'off' && hooks.users === null
  )
}

/** Returns who needs it, by the setting. */
export function demandOf({ featureSettings }: Provider): SessionRule['secondFactor'] {
  const { secondFactor } = settingsOf(SECOND_FACTOR_SETTINGS, { featureSettings })
  return secondFactor === 'off' ? undefined : secondFactor === 'optional' ? 'own' : secondFactor
}

/** Returns whether the setting requires it of a user. */
export function isDemanded({ user }: Standing['session'], provider: Provider): boolean {
  const demand = demandOf(provider)
  return demand === 'everybody' || (demand === 'staff' && user.isStaff)
}

/** Returns whether a session lacks its second factor, and is young enough to get it. */
export function isPending({ lives, session }: Standing, { request }: Pick<Provider, 'request'>): boolean {
  return !lives && session.authTime > request.now - PENDING_LIFETIME
}

/**
 * Returns how a session gets its second factor. One that was not valid gets a new id, as an attacker who planted it knows
 * the old one.
 */
export function passingOf({ lives, session }: Standing, shown: readonly string[]): Passing {
  return { session, newId: lives ? null : randomId(), amr: [...new Set([...session.amr, ...shown])] }
}
