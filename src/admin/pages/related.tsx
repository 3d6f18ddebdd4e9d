import type { JSX } from 'hono/jsx/jsx-runtime'
import type { Resource } from '../../operations/resource.ts'
import type { Related } from '../related.ts'
import { resourceIn } from '../words.ts'
import type { AdminUi } from './layout.tsx'
import { RecordTable } from './record-table.tsx'

interface RelatedProps {
  readonly admin: AdminUi
  readonly related: readonly Related[]
}

/** Lists with their counts, each a link to the list. */
export function Counts({ admin, related }: RelatedProps): JSX.Element {
  return (
    <ul class="counts">
      {related.map(({ filters, resource, total }) => (
        <li>
          <a class="box count" href={listUrl(admin, { filters, resource })}>
            <span class="muted">
              {admin.translate(resource.title)}
              {filters['state'] === 'valid' && ` (${admin.translate('valid')})`}
            </span>
            <span class="figure">
              {total ? `${admin.number(total.count)}${total.isExact ? '' : '+'}` : '→'}
            </span>
          </a>
        </li>
      ))}
    </ul>
  )
}

/** The records that belong to a record: their counts, and the newest ones. */
export function RelatedLists({
  admin,
  of,
  related,
}: RelatedProps & {
  /** The kind of the record, whose column would have the same value in every row. */
  readonly of: string
}): JSX.Element | null {
  if (related.length === 0) return null
  return (
    <>
      <section class="stack" aria-labelledby="related">
        <h2 id="related">{admin.say('Related records')}</h2>
        <Counts admin={admin} related={related} />
      </section>
      {related
        .filter(({ records }) => records.length > 0)
        .map(({ filters, records, resource }) => (
          <section class="stack" aria-labelledby={`related-${resource.kind}`}>
            <div class="row row-apart">
              <h2 id={`related-${resource.kind}`}>{admin.translate(resource.title)}</h2>
              <a href={listUrl(admin, { filters, resource })}>{admin.say('Show all')}</a>
            </div>
            <RecordTable
              admin={admin}
              resource={without(of, resourceIn(resource, admin))}
              records={records}
            />
          </section>
        ))}
    </>
  )
}

function without(kind: string, resource: Resource): Resource {
  return { ...resource, columns: resource.columns.filter(({ link }) => link?.kind !== kind) }
}

function listUrl({ base }: AdminUi, { filters, resource }: Pick<Related, 'filters' | 'resource'>): string {
  return `${base}/${resource.kind}?${new URLSearchParams(filters).toString()}`
}
