import type { Child } from 'hono/jsx'
import type { JSX } from 'hono/jsx/jsx-runtime'

/** A table that scrolls by itself where the page is narrow; the keyboard gets to it, too. */
export function ScrollingTable({
  label,
  cards = false,
  children,
}: {
  readonly label: string
  /** On a phone each row is a card, whose cells carry their columns' names in `data-label`. */
  readonly cards?: boolean
  readonly children?: Child
}): JSX.Element {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- who has no mouse scrolls it by the keyboard (axe: scrollable-region-focusable)
    <section class="table-scroll" aria-label={`${label}, table`} tabindex={0}>
      <table class={cards ? 'cards' : undefined}>{children}</table>
    </section>
  )
}
