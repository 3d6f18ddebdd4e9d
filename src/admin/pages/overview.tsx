import type { JSX } from 'hono/jsx/jsx-runtime'
import type { Activity } from '../../store/browse.ts'
import { Button, ButtonLink, Section } from '../../ui/components.tsx'
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
  const tools = (
    <ButtonLink kind="primary" href={`${admin.base}/clients/new`}>
      New client
    </ButtonLink>
  )
  return (
    <AdminPage admin={admin} title="Overview" current="" tools={tools}>
      <section class="stack" aria-labelledby="activity">
        <h2 id="activity">The last seven days</h2>
        <Cards activity={activity} today={today} />
        <details>
          <summary>Day by day</summary>
          <ActivityTable activity={activity} today={today} />
        </details>
      </section>
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

/** How often each kind happened on each of some days, the newest first. */
function countsOf(
  activity: readonly Activity[],
  days: readonly number[],
): readonly { readonly label: string; readonly counts: readonly number[] }[] {
  return KINDS.map(([label, kinds]) => {
    const counts = days.map((day) =>
      activity
        .filter((entry) => entry.day === day && kinds.includes(entry.kind))
        .reduce((sum, { count }) => sum + count, 0),
    )
    return { label, counts }
  })
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
const written = (number: number): string => new Intl.NumberFormat('en').format(number)
/** Days that a card counts; its change is against as many days before. */
const WEEK = ACTIVITY_DAYS / 2

/** A card for each kind: how often in a week, how much more or less than in the week before, and a line, all on one scale. */
function Cards({ activity, today }: Pick<OverviewProps, 'activity' | 'today'>): JSX.Element {
  const columns = countsOf(
    activity,
    Array.from({ length: ACTIVITY_DAYS }, (_, index) => today - index),
  )
  const most = Math.max(1, ...columns.flatMap(({ counts }) => counts))
  return (
    <ul class="cards-row">
      {columns.map(({ counts, label }) => {
        const total = sum(counts.slice(0, WEEK))
        const change = total - sum(counts.slice(WEEK))
        return (
          <li class="box">
            <h3>{label}</h3>
            <p class="figure">{written(total)}</p>
            <p class="muted small">
              {change === 0
                ? 'As many as'
                : `${written(Math.abs(change))} ${change > 0 ? 'more' : 'fewer'} than`}{' '}
              in the week before
            </p>
            <Line counts={counts.toReversed()} most={most} />
          </li>
        )
      })}
    </ul>
  )
}

/** Decoration: the numbers stand in the table. */
function Line({ counts, most }: { readonly counts: readonly number[]; readonly most: number }): JSX.Element {
  const points = counts
    .map((count, index) => `${index * 10},${(30 - (count / most) * 28).toFixed(1)}`)
    .join(' ')
  return (
    <svg
      class="spark"
      viewBox={`0 0 ${(counts.length - 1) * 10} 32`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <polyline
        points={points}
        fill="none"
        stroke="currentColor"
        stroke-width="2"
        vector-effect="non-scaling-stroke"
      />
    </svg>
  )
}

function ActivityTable({ activity, today }: Pick<OverviewProps, 'activity' | 'today'>): JSX.Element {
  const days = Array.from({ length: ACTIVITY_DAYS }, (_, index) => today - index)
  const columns = countsOf(activity, days).map(({ counts, label }) => ({
    label,
    counts,
    most: Math.max(1, ...counts),
  }))
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
      {written(count)}
    </span>
  )
}
