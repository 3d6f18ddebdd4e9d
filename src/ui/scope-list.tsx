import type { JSX } from 'hono/jsx/jsx-runtime'
import { scope as seedScope } from '../scope.ts'

/**
 * The names of a scope: the seed's template filter `scopes`.
 * @param scope an integer of the seed's bits, or names separated by spaces
 */
export function scopes(scope: number | string): string[] {
  return typeof scope === 'number' ? seedScope.names(scope) : scope.split(' ').filter(Boolean)
}

/** A list of a scope's names, as a component. */
export function ScopeList({ scope }: { readonly scope: number | string }): JSX.Element {
  return (
    <ul>
      {scopes(scope).map((name) => (
        <li>{name}</li>
      ))}
    </ul>
  )
}
