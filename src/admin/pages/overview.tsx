import type { JSX } from 'hono/jsx/jsx-runtime'
import { refusals } from '../../operations/resources/records.ts'
import type { Activity, AdminRecord } from '../../store/browse.ts'
import { Alert, Button, ButtonLink } from '../../ui/components.tsx'
import { Sections, type ShownSection } from '../../ui/sections.tsx'
import { ACTIVITY_DAYS } from '../activity.ts'
import type { Related } from '../related.ts'
import { type PanelText, resourceIn } from '../words.ts'
import { AdminPage, type AdminUi } from './layout.tsx'
import { RecordTable } from './record-table.tsx'
import { Counts } from './related.tsx'
import { ScrollingTable } from './table.tsx'

/** The kinds of activity, in the order of the columns. */
const KINDS: readonly (readonly [label: PanelText, kinds: readonly string[]])[] = [
  // Before grants were counted, tokens were.
  ['Grants', ['grant_given', 'token_issued']],
  ['Sign-ins', ['signed_in']],
  ['Refused requests', ['token_refused', 'authorize_refused', 'revoke_refused', 'introspect_refused']],
  ['Refused sign-ins', ['sign_in_refused']],
]
/** Steps of a bar's length, each a class of the stylesheet, as the pages have no inline styles. */
export const BAR_STEPS = 20

interface OverviewProps {
  readonly admin: AdminUi
  readonly activity: readonly Activity[]
  /** The most important counts. */
  readonly counts: readonly Related[]
  /** Days since 1970. */
  readonly today: number
  /** Warnings about the settings. */
  readonly warnings: readonly string[]
  /** The newest refused requests. */
  readonly refused: readonly AdminRecord[]
  /** What features add at the end. */
  readonly sections: readonly ShownSection[]
}

/** The first page: recent activity, and a form to look up an error's reference. */
export function Overview(props: OverviewProps): JSX.Element {
  const { activity, admin, counts, refused, sections, today, warnings } = props
  const tools = (
    <ButtonLink kind="primary" href={`${admin.base}/clients/new`}>
      {admin.translate('New client')}
    </ButtonLink>
  )
  return (
    <AdminPage admin={admin} title={admin.say('Overview')} current="" tools={tools}>
      {warnings.map((text) => (
        <Alert kind="warning" text={admin.translate(text)} />
      ))}
      <Counts admin={admin} related={counts} />
      <section class="stack" aria-labelledby="activity">
        <h2 id="activity">{admin.say('The last seven days')}</h2>
        <Cards admin={admin} activity={activity} today={today} />
        <details>
          <summary>{admin.say('Day by day')}</summary>
          <ActivityTable admin={admin} activity={activity} today={today} />
        </details>
      </section>
      <section class="stack" aria-labelledby="why">
        <div>
          <h2 id="why">{admin.say('Why was this refused?')}</h2>
          <p class="muted">{admin.say('Error pages show a reference; this finds the rule behind it.')}</p>
        </div>
        <form
          class="filters"
          method="get"
          action={`${admin.base}/refusals`}
          aria-label={admin.say('Look up a reference')}
        >
          <div class="field">
            <label for="error-number">{admin.say('Reference')}</label>
            <input id="error-number" name="id" autocomplete="off" spellcheck={false} required />
          </div>
          <Button>{admin.say('Look up')}</Button>
        </form>
        {refused.length > 0 && (
          <RecordTable admin={admin} resource={resourceIn(refusals, admin)} records={refused} />
        )}
      </section>
      <Sections sections={sections} />
    </AdminPage>
  )
}

/** Returns how often each kind happened on each day, newest first. */
function countsOf(
  activity: readonly Activity[],
  days: readonly number[],
): readonly { readonly label: PanelText; readonly counts: readonly number[] }[] {
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
/** Days that a card covers; its change compares with as many days before. */
const WEEK = ACTIVITY_DAYS / 2

/** Shows a card for each kind: the count of a week, its change against the week before, and a line, all on one scale. */
function Cards({ activity, admin, today }: Pick<OverviewProps, 'activity' | 'admin' | 'today'>): JSX.Element {
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
            <h3>{admin.say(label)}</h3>
            <p class="figure">{admin.number(total)}</p>
            <p class="muted small">
              {change === 0
                ? admin.say('As many as in the week before')
                : admin.say(
                    change > 0 ? '{} more than in the week before' : '{} fewer than in the week before',
                    Math.abs(change),
                  )}
            </p>
            <Line admin={admin} counts={counts.toReversed()} most={most} today={today} />
          </li>
        )
      })}
    </ul>
  )
}

/** Width of a day in the chart. */
const STEP = 10

/**
 * A line with its axes: the value of its top, and its first and last day. Hovering over a day shows its number. For people
 * who cannot see it, the numbers are in the table.
 */
function Line({
  admin,
  counts,
  most,
  today,
}: Pick<OverviewProps, 'admin' | 'today'> & {
  readonly counts: readonly number[]
  readonly most: number
}): JSX.Element {
  const points = counts.map((count, index) => [index * STEP, 30 - (count / most) * 28] as const)
  const first = today - counts.length + 1
  return (
    <div class="picture small muted" aria-hidden="true">
      <span class="picture-top">{admin.number(most)}</span>
      <svg viewBox={`0 0 ${(counts.length - 1) * STEP} 32`} preserveAspectRatio="none">
        <path class="grid" d={`M0 2H${(counts.length - 1) * STEP}M0 30H${(counts.length - 1) * STEP}`} />
        <polyline points={points.map(([x, y]) => `${x},${y.toFixed(1)}`).join(' ')} />
        {counts.map((count, index) => (
          <rect x={index * STEP - STEP / 2} y="0" width={STEP} height="32">
            <title>{`${dayText(admin, first + index)}: ${admin.number(count)}`}</title>
          </rect>
        ))}
      </svg>
      <span>{dayText(admin, first)}</span>
      <span class="picture-end">{dayText(admin, today)}</span>
    </div>
  )
}

function dayText({ ui }: AdminUi, day: number): string {
  const date = new Intl.DateTimeFormat(ui.messages.lang, { day: 'numeric', month: 'short', timeZone: 'UTC' })
  return date.format(day * 86_400_000)
}

function ActivityTable({
  activity,
  admin,
  today,
}: Pick<OverviewProps, 'activity' | 'admin' | 'today'>): JSX.Element {
  const days = Array.from({ length: ACTIVITY_DAYS }, (_, index) => today - index)
  const date = new Intl.DateTimeFormat(admin.ui.messages.lang, { dateStyle: 'medium', timeZone: 'UTC' })
  const columns = countsOf(activity, days).map(({ counts, label }) => ({
    label,
    counts,
    most: Math.max(1, ...counts),
  }))
  return (
    <ScrollingTable label={admin.say('{}, table', admin.say('Activity'))} cards>
      <thead>
        <tr>
          <th scope="col">{admin.say('Day')}</th>
          {columns.map(({ label }) => (
            <th scope="col">{admin.say(label)}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {days.map((day, index) => (
          <tr>
            <th scope="row">{date.format(day * 86_400_000)}</th>
            {columns.map(({ counts, label, most }) => (
              <td data-label={admin.say(label)}>
                <Bar admin={admin} count={counts[index] ?? 0} most={most} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </ScrollingTable>
  )
}

function Bar({
  admin,
  count,
  most,
}: {
  readonly admin: AdminUi
  readonly count: number
  readonly most: number
}): JSX.Element {
  const step = count === 0 ? 0 : Math.max(1, Math.round((count / most) * BAR_STEPS))
  return (
    <span class="measure">
      <span class={`bar bar-${step}`} aria-hidden="true" />
      {admin.number(count)}
    </span>
  )
}
