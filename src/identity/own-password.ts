import type { Provider } from '../concepts.ts'
import type { Session } from '../store/records.ts'

/** Returns whether a signed-in user has a password, here or in the embedding Worker. */
export function hasPassword(
  session: Pick<Session, 'hasPassword'>,
  {
    hooks,
    settings,
  }: Pick<Provider, 'hooks'> & { readonly settings: Pick<Provider['settings'], 'passwords'> },
): boolean {
  return settings.passwords && (hooks.users !== null || session.hasPassword !== false)
}
