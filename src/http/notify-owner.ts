import type { Context } from 'hono'
import type { AccountChange, ProviderEnv } from '../concepts.ts'

/** Lets features notify the owner of an account of a change, without waiting for it. */
export function notifyOwner(c: Context<ProviderEnv>, change: AccountChange, userId: string): void {
  for (const notice of c.get('provider').notices) notice(c, change, userId)
}
