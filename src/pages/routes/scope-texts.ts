import type { ScopeDescription } from '../../store/records.ts'
import type { Messages } from '../../ui/messages.ts'
import type { ScopeText } from '../consent.tsx'

/**
 * Returns scopes as the pages show them, described by the scope table or else by our own texts.
 * @param scope names
 * separated by spaces; empty if the user refused all of them
 */
export function scopeTexts(
  scope: string,
  rows: readonly ScopeDescription[],
  messages: Messages,
): readonly ScopeText[] {
  const own: Readonly<Record<string, string>> = messages.scopes
  return scope
    .split(' ')
    .filter(Boolean)
    .map((name) => ({
      name,
      description:
        rows.find((row) => row.name === name)?.description ??
        (Object.hasOwn(own, name) ? (own[name] ?? null) : null),
    }))
}
