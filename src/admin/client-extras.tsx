import type { JSX } from 'hono/jsx/jsx-runtime'
import { type Column, listOf, valueOf } from '../operations/resource.ts'
import { refusals } from '../operations/resources/records.ts'
import { unknownScopes } from '../operations/resources/scopes.ts'
import { type Snippet, snippetsOf } from '../operations/snippets.ts'
import type { AdminRecord } from '../store/browse.ts'
import { Alert } from '../ui/components.tsx'
import type { StaffOperator } from './operator.ts'
import type { AdminUi } from './pages/layout.tsx'
import { RecordTable } from './pages/record-table.tsx'
import { ScrollingTable } from './pages/table.tsx'
import { Value } from './pages/values.tsx'
import { type Advice, checkSetup } from './setup-check.ts'
import { resourceIn } from './words.ts'

interface Extras {
  /** When each secret was created, and when it expires, in seconds since 1970. */
  readonly secrets: readonly { readonly createdAt: number; readonly expiresAt: number | null }[]
  readonly advice: readonly Advice[]
  readonly refused: readonly AdminRecord[]
  readonly snippets: readonly Snippet[]
}

const SHOWN = 10
const ALERTS = { stops: 'error', risk: 'warning', hint: 'info' } as const

/** Reads what a client's page shows besides its facts. */
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
    secrets: secretsOf(record),
    refused: records,
    snippets: snippetsOf(record, provider),
  }
}

function secretsOf(record: AdminRecord): Extras['secrets'] {
  return listOf(record, 'secret_times').map((times) => {
    const [created, expires = ''] = times.split(' ')
    return { createdAt: Number(created), expiresAt: expires === '' ? null : Number(expires) }
  })
}

/** Shows what a client's page has besides its facts: advice about its setup, refused requests, and code to paste. */
export function ClientExtras({
  admin,
  advice,
  refused,
  secrets,
  snippets,
}: Extras & { readonly admin: AdminUi }): JSX.Element {
  return (
    <>
      <section class="stack" aria-labelledby="setup">
        <h2 id="setup">{admin.say('Setup')}</h2>
        {advice.length === 0 && <p class="muted">{admin.say('No problems found.')}</p>}
        {advice.map(({ severity, text }) => (
          <div class={`alert alert-${ALERTS[severity]}`}>
            <p>{admin.translate(text)}</p>
          </div>
        ))}
      </section>
      <section class="stack" aria-labelledby="refused">
        <h2 id="refused">{admin.say('Why was this refused?')}</h2>
        <Refused admin={admin} refused={refused} />
      </section>
      {secrets.length > 0 && <Secrets admin={admin} secrets={secrets} />}
      <section class="stack" aria-labelledby="snippets">
        <h2 id="snippets">{admin.say('Use it')}</h2>
        <ul class="items">
          {snippets.map(({ code, title }, index) => (
            <li>
              <details open={index === 0}>
                <summary>{admin.translate(title)}</summary>
                <pre class="code">{code}</pre>
              </details>
            </li>
          ))}
        </ul>
      </section>
    </>
  )
}

function Refused({ admin, refused }: Pick<Extras, 'refused'> & { readonly admin: AdminUi }): JSX.Element {
  if (refused.length === 0) {
    return <Alert kind="info" text={admin.say('No request of this client has been refused recently.')} />
  }
  return <RecordTable admin={admin} resource={resourceIn(refusals, admin)} records={refused} />
}

const CREATED: Column = { name: 'created_at', label: 'Created', kind: 'ago' }
const EXPIRES: Column = { name: 'expires_at', label: 'Expires', kind: 'ago' }

/** Shows how old each secret is, and when it expires; the secrets themselves are not stored. */
function Secrets({ admin, secrets }: Pick<Extras, 'secrets'> & { readonly admin: AdminUi }): JSX.Element {
  return (
    <section class="stack" aria-labelledby="secrets">
      <h2 id="secrets">{admin.say('Secrets')}</h2>
      <ScrollingTable label={admin.say('{}, table', admin.say('Secrets'))} cards>
        <thead>
          <tr>
            {[CREATED, EXPIRES].map(({ label }) => (
              <th scope="col">{admin.translate(label)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {secrets.map(({ createdAt, expiresAt }) => (
            <tr>
              <td data-label={admin.translate(CREATED.label)}>
                <Value admin={admin} column={CREATED} record={{ created_at: createdAt }} />
              </td>
              <td data-label={admin.translate(EXPIRES.label)}>
                {expiresAt === null ? (
                  admin.say('When it is rotated')
                ) : (
                  <Value admin={admin} column={EXPIRES} record={{ expires_at: expiresAt }} />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </ScrollingTable>
    </section>
  )
}
