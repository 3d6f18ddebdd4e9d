import type { Child } from 'hono/jsx'
import type { JSX } from 'hono/jsx/jsx-runtime'
import {
  factColumns,
  isOffered,
  isOneself,
  type Known,
  type Resource,
  valueOf,
} from '../../operations/resource.ts'
import type { AdminRecord } from '../../store/browse.ts'
import { Alert, Button, ButtonLink, Facts, Form } from '../../ui/components.tsx'
import { displayName } from '../../ui/links.ts'
import { AdminPage, type AdminUi } from './layout.tsx'
import { factsOf, recordUrl } from './values.tsx'

interface RecordPageProps {
  readonly admin: AdminUi
  readonly resource: Resource
  readonly known: Known
  readonly record: AdminRecord
  /** Shown this one time. */
  readonly secret: string | null
  /** What only this kind of record has. */
  readonly children?: Child
}

/** A record: what it is, what can be done to it, and where what hangs from it is listed. */
export function RecordPage({
  admin,
  children,
  known,
  record,
  resource,
  secret,
}: RecordPageProps): JSX.Element {
  const id = valueOf(record, resource.id)
  const actions = resource.actions.filter((action) => isOffered(action, record, admin.userId))
  const tools = resource.update && (
    <>
      {resource.kind === 'users' && isOneself(record, admin.userId) && (
        <ButtonLink href={`${admin.accountUrl}#password`}>Change your password</ButtonLink>
      )}
      <ButtonLink kind="primary" href={recordUrl(admin.base, resource.kind, id, 'edit')}>
        Edit
      </ButtonLink>
    </>
  )
  const name = displayName(valueOf(record, resource.name))
  return (
    <AdminPage
      admin={admin}
      title={resource.name === resource.id ? `${capital(resource.singular)} ${name}` : name}
      current={resource.kind}
      tools={tools}
    >
      {secret !== null && <SecretBox secret={secret} />}
      <div class="box">
        <Facts entries={factsOf(admin, factColumns(resource, known), record)} />
      </div>
      {actions.length > 0 && (
        <Form
          ui={admin.ui}
          action={`${admin.base}/${resource.kind}/act`}
          fields={{ id }}
          class="row"
          label="Actions"
        >
          {actions.map((action) => (
            <Button name="action" value={action.name} kind={action.danger ? 'danger' : 'secondary'}>
              {action.label}
            </Button>
          ))}
        </Form>
      )}
      {children}
    </AdminPage>
  )
}

function SecretBox({ secret }: { readonly secret: string }): JSX.Element {
  return (
    <div class="stack" id="secret">
      <Alert kind="warning" text="Keep the secret now: it is not shown again." />
      <pre class="code">{secret}</pre>
    </div>
  )
}

/** A word with a capital first letter. */
export function capital(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`
}
