import type { JSX } from 'hono/jsx/jsx-runtime'
import { type Resource, valueOf } from '../../operations/resource.ts'
import { resources } from '../../operations/resources/index.ts'
import type { AdminRecord, RecordKind } from '../../store/browse.ts'
import type { AdminUi } from './layout.tsx'

/** Lists of what hangs from a record, and the filter that finds it. */
const RELATED: Readonly<
  Partial<
    Record<
      RecordKind,
      { readonly filter: string; readonly by: string; readonly lists: readonly RecordKind[] }
    >
  >
> = {
  clients: {
    filter: 'client',
    by: 'client_id',
    lists: ['authorized-clients', 'grants', 'access-tokens', 'refresh-tokens', 'refusals', 'audit-events'],
  },
  users: {
    filter: 'user',
    by: 'username',
    lists: ['authorized-clients', 'grants', 'access-tokens', 'refresh-tokens', 'sessions', 'audit-events'],
  },
}

interface RelatedProps {
  readonly admin: AdminUi
  readonly resource: Resource
  readonly record: AdminRecord
}

/** Links to the lists of what hangs from a record. */
export function RelatedLists({ admin, record, resource }: RelatedProps): JSX.Element | null {
  const related = RELATED[resource.kind]
  if (!related) return null
  const query = new URLSearchParams({ [related.filter]: valueOf(record, related.by) }).toString()
  return (
    <section aria-labelledby="related">
      <h2 id="related">What hangs from it</h2>
      <ul class="row">
        {related.lists.map((kind) => (
          <li>
            <a href={`${admin.base}/${kind}?${query}`}>{resources[kind].title}</a>
          </li>
        ))}
      </ul>
    </section>
  )
}
