import type { JSX } from 'hono/jsx/jsx-runtime'
import type { Activity } from '../../store/browse.ts'
import { Button, Section } from '../../ui/components.tsx'
import { Sections, type ShownSection } from '../../ui/sections.tsx'
import { ACTIVITY_DAYS } from '../activity.ts'
import { AdminPage, type AdminUi } from './layout.tsx'
import { ScrollingTable } from './table.tsx'

/** What the picture shows, in the order of its columns. */
const KINDS: readonly (readonly [label: string, kinds: readonly string[]])[] = [
  // Before grants were counted, tokens were.
  ['Grants', ['grant_given', 'token_issued']],
  ['Sign-ins', ['signed_in']],
  ['Refused requests', ['token_refused', 'authorize_refused', 'revoke_refused', 'introspect_refused']],
  ['Refused sign-ins', ['sign_in_refused']],
]
/** Steps of a bar's length: each is a class of the stylesheet, as the pages have no inline styles. */
export const BAR_STEPS = 20

interface OverviewProps {
  readonly admin: AdminUi
  readonly activity: readonly Activity[]
  /** Days since 1970. */
  readonly today: number
  /** What features add at the end. */
  readonly sections: readonly ShownSection[]
}

/** The first page: what happened in the last days, and a way to look up an error number. */
export function Overview({ activity, admin, sections, today }: OverviewProps): JSX.Element {
  return (
    <AdminPage admin={admin} title="Overview" current="">
      <Section id="activity" title="The last days" hint="Days are those of UTC.">
        <ActivityTable activity={activity} today={today} />
      </Section>
      <Section
        id="why"
        title="Why was this refused?"
        hint="Error pages show a number; this finds the rule behind it."
      >
        <form
          class="filters"
          method="get"
          action={`${admin.base}/refusals`}
          aria-label="Look up an error number"
        >
          <div class="field">
            <label for="error-number">Error number</label>
            <input id="error-number" name="id" autocomplete="off" spellcheck={false} required />
          </div>
          <Button>Look up</Button>
        </form>
      </Section>
      <Sections sections={sections} />
    </AdminPage>
  )
}

function ActivityTable({ activity, today }: Pick<OverviewProps, 'activity' | 'today'>): JSX.Element {
  const days = Array.from({ length: ACTIVITY_DAYS }, (_, index) => today - index)
  const columns = KINDS.map(([label, kinds]) => {
    const counts = days.map((day) =>
      activity
        .filter((entry) => entry.day === day && kinds.includes(entry.kind))
        .reduce((sum, { count }) => sum + count, 0),
    )
    return { label, counts, most: Math.max(1, ...counts) }
  })
  return (
    <ScrollingTable label="Activity">
      <thead>
        <tr>
          <th scope="col">Day</th>
          {columns.map(({ label }) => (
            <th scope="col">{label}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {days.map((day, index) => (
          <tr>
            <th scope="row">{new Date(day * 86_400_000).toISOString().slice(0, 10)}</th>
            {columns.map(({ counts, most }) => (
              <td>
                <Bar count={counts[index] ?? 0} most={most} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </ScrollingTable>
  )
}

function Bar({ count, most }: { readonly count: number; readonly most: number }): JSX.Element {
  const step = count === 0 ? 0 : Math.max(1, Math.round((count / most) * BAR_STEPS))
  return (
    <span class="measure">
      <span class={`bar bar-${step}`} aria-hidden="true" />
      {new Intl.NumberFormat('en').format(count)}
    </span>
  )
}
