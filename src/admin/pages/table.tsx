import type { Child } from 'hono/jsx'
import type { JSX } from 'hono/jsx/jsx-runtime'

/** A table that scrolls on a narrow page and can be reached with the keyboard. */
export function ScrollingTable({
  label,
  cards = false,
  children,
}: {
  /** Describes the table. */
  readonly label: string
  /** On a phone each row is a card, whose cells carry their columns' names in `data-label`. */
  readonly cards?: boolean
  readonly children?: Child
}): JSX.Element {
  return (
    // People without a mouse scroll it with the keyboard (axe: scrollable-region-focusable).
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- see above
    <section class="table-scroll" aria-label={label} tabindex={0}>
      <table class={cards ? 'cards' : undefined}>{children}</table>
    </section>
  )
}
