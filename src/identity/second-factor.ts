import type { Provider } from '../concepts.ts'
import type { SessionRule, User } from '../store/records.ts'

const BY_STRENGTH = ['everybody', 'staff', 'own'] as const

/** Returns who needs a second factor, by the strictest feature; undefined if nobody does. */
export function secondFactorDemand(provider: Provider): SessionRule['secondFactor'] {
  // The embedding Worker asks users who are kept elsewhere.
  if (provider.hooks.users) return undefined
  const demands = provider.secondFactors.map(({ demand }) => demand(provider))
  return BY_STRENGTH.find((strength) => demands.includes(strength))
}

/** Returns whether the password alone is not enough for a user. */
export function needsSecondFactor(
  user: Pick<User, 'isStaff'> & { readonly hasSecondFactor?: boolean },
  provider: Provider,
): boolean {
  const demand = secondFactorDemand(provider)
  if (demand === undefined) return false
  return demand === 'everybody' || user.hasSecondFactor === true || (demand === 'staff' && user.isStaff)
}
