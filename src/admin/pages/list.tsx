import type { JSX } from 'hono/jsx/jsx-runtime'
import type { Filter, Resource } from '../../operations/resource.ts'
import type { Listing } from '../../store/browse.ts'
import { Button, ButtonLink, Form } from '../../ui/components.tsx'
import { EXPORT_LIMIT } from '../list.ts'
import { AdminPage, type AdminUi } from './layout.tsx'
import { RecordTable } from './record-table.tsx'

interface ListPageProps {
  readonly admin: AdminUi
  readonly resource: Resource
  readonly listing: Listing
  readonly filters: Readonly<Record<string, string>>
  /** This is not the first part. */
  readonly further: boolean
}

/** A list: filters, a table, what can be done to many at once, the way to the next part. */
export function ListPage(props: ListPageProps): JSX.Element {
  const { admin, filters, listing, resource } = props
  const url = `${admin.base}/${resource.kind}`
  const query = new URLSearchParams(filters).toString()
  const tools = (
    <>
      {resource.create && (
        <ButtonLink kind="primary" href={`${url}/new`}>
          {`New ${resource.singular}`}
        </ButtonLink>
      )}
      <ButtonLink href={`${admin.base}/export/${resource.kind}?${query}`}>Export as CSV</ButtonLink>
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
      <Filters url={url} filters={resource.filters} values={filters} />
      {listing.records.length === 0 ? <p class="empty">No record matches.</p> : <Records {...props} />}
      <p class="row">
        {props.further && <ButtonLink href={`${url}?${query}`}>First page</ButtonLink>}
        {listing.next !== null && (
          <ButtonLink href={`${url}?${new URLSearchParams({ ...filters, after: listing.next }).toString()}`}>
            Next page
          </ButtonLink>
        )}
      </p>
      <p class="muted small">{`An export has up to ${EXPORT_LIMIT.toLocaleString('en')} records. Times are in UTC.`}</p>
    </AdminPage>
  )
}

interface FiltersProps {
  readonly url: string
  readonly filters: readonly Filter[]
  readonly values: Readonly<Record<string, string>>
}

function Filters({ filters, url, values }: FiltersProps): JSX.Element {
  return (
    <form class="filters" method="get" action={url} aria-label="Filter">
      {filters.map(({ choices, label, name }) => (
        <div class="field">
          <label for={`filter-${name}`}>{label}</label>
          {choices ? (
            <select id={`filter-${name}`} name={name}>
              <option value="">All</option>
              {choices.map(([value, text]) => (
                <option value={value} selected={values[name] === value}>
                  {text}
                </option>
              ))}
            </select>
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
      <Button>Filter</Button>
      {Object.keys(values).length > 0 && <a href={url}>Show all</a>}
    </form>
  )
}

function Records({ admin, listing, resource }: ListPageProps): JSX.Element {
  const bulk = resource.actions.filter((action) => action.bulk)
  const table = (
    <RecordTable admin={admin} resource={resource} records={listing.records} choosable={bulk.length > 0} />
  )
  if (bulk.length === 0) return table
  return (
    <Form ui={admin.ui} action={`${admin.base}/${resource.kind}/act`} label={resource.title}>
      {table}
      <div class="row">
        <span class="muted">With the chosen ones:</span>
        {bulk.map((action) => (
          <Button name="action" value={action.name} kind={action.danger ? 'danger' : 'secondary'}>
            {action.label}
          </Button>
        ))}
      </div>
    </Form>
  )
}
