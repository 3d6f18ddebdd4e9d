import type { JSX } from 'hono/jsx/jsx-runtime'
import type { Filter, Resource } from '../../operations/resource.ts'
import type { Listing, Total } from '../../store/browse.ts'
import { Button, ButtonLink, Form } from '../../ui/components.tsx'
import { EXPORT_LIMIT, type ListAsked } from '../list.ts'
import { AdminPage, type AdminUi } from './layout.tsx'
import { RecordTable } from './record-table.tsx'
import { ActionButtons, ActionChoices } from './record.tsx'

interface ListPageProps {
  readonly admin: AdminUi
  readonly resource: Resource
  readonly listing: Listing
  readonly asked: ListAsked
  /** Whether every record of this part is selected. */
  readonly chosen: boolean
}

/** A list: filters, a table, bulk actions, and links to other parts. */
export function ListPage(props: ListPageProps): JSX.Element {
  const { admin, asked, listing, resource } = props
  const { filters } = asked
  const url = `${admin.base}/${resource.kind}`
  const query = new URLSearchParams(filters).toString()
  const isBlank =
    listing.records.length === 0 && query === '' && asked.after === null && asked.before === null
  const tools = isBlank ? null : (
    <>
      {resource.create && (
        <ButtonLink kind="primary" href={`${url}/new`}>
          {admin.translate(`New ${resource.singular}`)}
        </ButtonLink>
      )}
      <ButtonLink href={`${admin.base}/export/${resource.kind}?${query}`}>
        {admin.say('Export as CSV')}
      </ButtonLink>
    </>
  )
  return (
    <AdminPage
      admin={admin}
      title={resource.title}
      current={resource.kind}
      intro={resource.intro}
      tools={tools}
    >
      <ActionButtons
        admin={admin}
        kind={resource.kind}
        actions={resource.actions.filter(({ ofAll }) => ofAll)}
      />
      {isBlank ? (
        <Blank {...props} />
      ) : (
        <>
          <Filters {...props} url={url} />
          {listing.records.length === 0 ? (
            <p class="empty">{admin.say('No records match.')}</p>
          ) : (
            <Records {...props} />
          )}
          <Pager {...props} />
          <p class="muted small">
            {admin.say('An export has up to {} records. Times are in UTC.', EXPORT_LIMIT)}
          </p>
        </>
      )}
    </AdminPage>
  )
}

/** Shown for an empty list: what would be in it, and the next step. */
function Blank({ admin, resource }: ListPageProps): JSX.Element {
  return (
    <div class="empty stack">
      <h2>{admin.say('There is nothing here yet.')}</h2>
      {resource.create && (
        <p>
          <ButtonLink kind="primary" href={`${admin.base}/${resource.kind}/new`}>
            {admin.translate(`New ${resource.singular}`)}
          </ButtonLink>
        </p>
      )}
    </div>
  )
}

/** Returns the address of a part of a list, in the requested order. */
function partUrl({ admin, asked, resource }: ListPageProps, part: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams({
    ...asked.filters,
    ...(asked.sort !== null && { sort: asked.sort }),
    ...part,
  })
  return `${admin.base}/${resource.kind}?${query.toString()}`
}

/** Shows how many records there are, with links to the adjacent parts. */
function Pager(props: ListPageProps): JSX.Element {
  const { admin, asked, listing } = props
  const { next, previous = null, total } = listing
  const isFirst = asked.after === null && asked.before === null
  return (
    <nav class="row row-apart" aria-label={admin.say('Pages of the list')}>
      <span class="muted">{total && totalText(admin, total)}</span>
      <span class="row">
        {!isFirst && <ButtonLink href={partUrl(props, {})}>{admin.say('First page')}</ButtonLink>}
        {previous !== null && (
          <ButtonLink href={partUrl(props, { before: previous })}>{admin.say('Previous page')}</ButtonLink>
        )}
        {next !== null && (
          <ButtonLink href={partUrl(props, { after: next })}>{admin.say('Next page')}</ButtonLink>
        )}
      </span>
    </nav>
  )
}

function totalText({ number, say }: AdminUi, { count, isExact }: Total): string {
  if (!isExact) return say('{} records or more', number(count))
  return count === 1 ? say('1 record') : say('{} records', number(count))
}

function Filters(props: ListPageProps & { readonly url: string }): JSX.Element {
  const { admin, asked, resource, url } = props
  const { filters: values } = asked
  return (
    <form class="filters" method="get" action={url} aria-label={admin.say('Filter')}>
      {resource.filters.map(({ choices, label, name }) => (
        <div class="field">
          <label for={`filter-${name}`}>{label}</label>
          {choices ? (
            <Select name={name} choices={[['', admin.say('All')], ...choices]} chosen={values[name]} />
          ) : (
            <input
              id={`filter-${name}`}
              name={name}
              value={values[name]}
              autocomplete="off"
              autocapitalize="none"
              spellcheck={false}
            />
          )}
        </div>
      ))}
      <SortField {...props} />
      <Button>
        {resource.filterLabel === undefined ? admin.say('Filter') : admin.translate(resource.filterLabel)}
      </Button>
      {Object.keys(values).length > 0 && <a href={url}>{admin.say('Show all')}</a>}
    </form>
  )
}

interface SelectProps {
  readonly name: string
  readonly choices: NonNullable<Filter['choices']>
  readonly chosen: string | null | undefined
}

function Select({ choices, chosen, name }: SelectProps): JSX.Element {
  return (
    <select id={`filter-${name}`} name={name}>
      {choices.map(([value, text]) => (
        <option value={value} selected={value === chosen}>
          {text}
        </option>
      ))}
    </select>
  )
}

/** How a list is sorted, where its columns have no headings to press: on a phone. A filter keeps it on any screen. */
function SortField({ admin, listing, resource }: ListPageProps): JSX.Element | null {
  const { sort = null, sorts = [] } = listing
  if (sorts.length === 0) return null
  const choices = resource.columns
    .filter(({ name }) => sorts.includes(name))
    .flatMap(({ kind, label, name }) =>
      kind === 'time' || kind === 'ago'
        ? [
            [`-${name}`, admin.say('{}: newest first', label)] as const,
            [name, admin.say('{}: oldest first', label)] as const,
          ]
        : [
            [name, admin.say('{}: A to Z', label)] as const,
            [`-${name}`, admin.say('{}: Z to A', label)] as const,
          ],
    )
  return (
    <div class="field sort-field">
      <label for="filter-sort">{admin.say('Sort by')}</label>
      <Select
        name="sort"
        choices={sort === null ? [['', admin.say('Newest first')], ...choices] : choices}
        chosen={sort}
      />
    </div>
  )
}

function Records(props: ListPageProps): JSX.Element {
  const { admin, asked, chosen, listing, resource } = props
  const bulk = resource.actions.filter((action) => action.bulk)
  const table = (
    <RecordTable
      admin={admin}
      resource={resource}
      records={listing.records}
      choosable={bulk.length > 0}
      chosen={chosen}
      sorting={{
        by: listing.sort ?? null,
        columns: listing.sorts ?? [],
        urlOf: (sort) => partUrl(props, { sort }),
      }}
    />
  )
  if (bulk.length === 0) return table
  const here = partUrl(props, {
    ...(asked.after !== null && { after: asked.after }),
    ...(asked.before !== null && { before: asked.before }),
    ...(!chosen && { choose: 'all' }),
  })
  return (
    <Form ui={admin.ui} action={`${admin.base}/${resource.kind}/act`} label={resource.title}>
      {table}
      <div class="row actions-row">
        <a href={here}>
          {chosen
            ? admin.say('Select none')
            : admin.say('Select all on this page ({})', listing.records.length)}
        </a>
        <span class="muted">{admin.say('With the selected ones:')}</span>
        <ActionChoices actions={bulk} />
      </div>
    </Form>
  )
}
