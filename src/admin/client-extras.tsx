import type { JSX } from 'hono/jsx/jsx-runtime'
import { valueOf } from '../operations/resource.ts'
import { refusals } from '../operations/resources/records.ts'
import { unknownScopes } from '../operations/resources/scopes.ts'
import type { AdminRecord } from '../store/browse.ts'
import { Alert } from '../ui/components.tsx'
import type { StaffOperator } from './operator.ts'
import type { AdminUi } from './pages/layout.tsx'
import { RecordTable } from './pages/record-table.tsx'
import { type Advice, checkSetup } from './setup-check.ts'
import { type Snippet, snippetsOf } from './snippets.ts'

interface Extras {
  readonly advice: readonly Advice[]
  readonly refused: readonly AdminRecord[]
  readonly snippets: readonly Snippet[]
}

const SHOWN = 10
const ALERTS = { stops: 'error', risk: 'warning', hint: 'info' } as const

/** Reads what a client's page shows beside its facts. */
export async function readClientExtras(
  record: AdminRecord,
  { provider, store }: StaffOperator,
): Promise<Extras> {
  const filters = { client: valueOf(record, 'client_id') }
  const scope = valueOf(record, 'scope') || null
  const { records } = await store.browse(
    'refusals',
    { filters, after: null, limit: SHOWN },
    provider.request.now,
  )
  return {
    advice: checkSetup(record, await unknownScopes(scope, { provider, store }), provider),
    refused: records,
    snippets: snippetsOf(record, provider),
  }
}

/** What a client's page shows beside its facts: advice about its set-up, refused requests, calls to paste. */
export function ClientExtras({
  admin,
  advice,
  refused,
  snippets,
}: Extras & { readonly admin: AdminUi }): JSX.Element {
  return (
    <>
      <section class="stack" aria-labelledby="setup">
        <h2 id="setup">Set-up</h2>
        {advice.length === 0 && <p class="muted">Nothing stands out.</p>}
        {advice.map(({ severity, text }) => (
          <div class={`alert alert-${ALERTS[severity]}`}>
            <p>{text}</p>
          </div>
        ))}
      </section>
      <section class="stack" aria-labelledby="refused">
        <h2 id="refused">Why was this refused?</h2>
        <Refused admin={admin} refused={refused} />
      </section>
      <section class="stack snippets" aria-labelledby="snippets">
        <h2 id="snippets">Use it</h2>
        {snippets.map(({ code, title }) => (
          <>
            <h3>{title}</h3>
            <pre class="code">{code}</pre>
          </>
        ))}
      </section>
    </>
  )
}

function Refused({ admin, refused }: Pick<Extras, 'refused'> & { readonly admin: AdminUi }): JSX.Element {
  if (refused.length === 0) return <Alert kind="info" text="No request of this client was refused lately." />
  return <RecordTable admin={admin} resource={refusals} records={refused} />
}
