import type { Context } from 'hono'
import type { JSX } from 'hono/jsx/jsx-runtime'
import type { Params, ProviderEnv } from '../../concepts.ts'
import type { Notice } from '../../ui/components.tsx'

/** Renders features' guards in a form that everybody may send, with the origins that the page's policy must allow. */
export function renderGuards(c: Context<ProviderEnv>): {
  readonly parts: readonly JSX.Element[]
  readonly embeds: readonly string[]
} {
  const rendered = c.get('provider').formGuards.map(({ origin, render }) => {
    const part = render(c)
    return part ? [{ origin, part }] : []
  })
  const guards = rendered.flat()
  return { parts: guards.map(({ part }) => part), embeds: guards.map(({ origin }) => origin) }
}

/** Returns the reason to show if such a form is refused; null if no feature refuses it. */
export async function refusalOfGuards(c: Context<ProviderEnv>, form: Params): Promise<Notice | null> {
  for (const { check } of c.get('provider').formGuards) {
    const notice = await check(c, form)
    if (notice) return { kind: 'error', ...notice }
  }
  return null
}
