import type { Child } from 'hono/jsx'
import type { JSX } from 'hono/jsx/jsx-runtime'
import {
  type Action,
  type Column,
  factColumns,
  isNothing,
  isOffered,
  isOneself,
  type Known,
  type Resource,
  shownValue,
  valueOf,
} from '../../operations/resource.ts'
import type { AdminRecord } from '../../store/browse.ts'
import { Alert, Button, ButtonLink, Facts, Form, type HiddenFields } from '../../ui/components.tsx'
import { AdminPage, type AdminUi } from './layout.tsx'
import { factsOf, nameOf, recordUrl } from './values.tsx'

interface RecordPageProps {
  readonly admin: AdminUi
  readonly resource: Resource
  readonly known: Known
  readonly record: AdminRecord
  /** Shown only once. */
  readonly secret: string | null
  /** Content that only this kind of record has. */
  readonly children?: Child
}

/** A record: its facts, its actions, and links to related records. */
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
      {known.settings.passwords && resource.kind === 'users' && isOneself(record, admin.userId) && (
        <ButtonLink href={`${admin.accountUrl}#password`}>{admin.say('Change your password')}</ButtonLink>
      )}
      <ButtonLink kind="primary" href={recordUrl(admin.base, resource.kind, id, 'edit')}>
        {admin.say('Edit')}
      </ButtonLink>
    </>
  )
  const name = nameOf(admin, resource, record)
  return (
    <AdminPage
      admin={admin}
      title={resource.name === resource.id ? `${admin.translate(capital(resource.singular))}: ${name}` : name}
      current={resource.kind}
      of={resource}
      tools={tools}
    >
      {secret !== null && <SecretBox admin={admin} secret={secret} />}
      <div class="box">
        <AllFacts admin={admin} columns={factColumns(resource, known)} resource={resource} record={record} />
      </div>
      <ActionButtons admin={admin} kind={resource.kind} actions={actions} fields={{ id }} />
      {children}
    </AdminPage>
  )
}

/** A button for each action, if there are any. */
export function ActionButtons({
  actions,
  admin,
  fields,
  kind,
}: {
  readonly admin: AdminUi
  readonly kind: Resource['kind']
  readonly actions: readonly Action[]
  readonly fields?: HiddenFields
}): JSX.Element | null {
  if (actions.length === 0) return null
  return (
    <Form
      ui={admin.ui}
      action={`${admin.base}/${kind}/act`}
      fields={fields}
      class="row actions-row"
      label={admin.say('Actions')}
    >
      <ActionChoices actions={actions} />
    </Form>
  )
}

/** Shows facts that are set or in the list; the others are folded. */
function AllFacts({
  admin,
  columns,
  record,
  resource,
}: Pick<RecordPageProps, 'admin' | 'record' | 'resource'> & {
  readonly columns: readonly Column[]
}): JSX.Element {
  const listed = new Set(resource.columns.map(({ name }) => name))
  const says = (column: Column): boolean => {
    const value = shownValue(record, column)
    return listed.has(column.name) || !(isNothing(value) || value === column.fallback)
  }
  const others = columns.filter((column) => !says(column))
  return (
    <>
      <Facts entries={factsOf(admin, columns.filter(says), record)} />
      {others.length > 0 && (
        <details>
          <summary>
            {others.length === 1 ? admin.say('1 more field') : admin.say('{} more fields', others.length)}
          </summary>
          <Facts entries={factsOf(admin, others, record)} />
        </details>
      )}
    </>
  )
}

/** Buttons for actions; the one that deletes the record is set apart. */
export function ActionChoices({ actions }: { readonly actions: readonly Action[] }): JSX.Element {
  return (
    <>
      {actions.map(({ label, name, removes }) => (
        <Button name="action" value={name} kind={removes ? 'danger' : 'secondary'}>
          {label}
        </Button>
      ))}
    </>
  )
}

function SecretBox({ admin, secret }: { readonly admin: AdminUi; readonly secret: string }): JSX.Element {
  return (
    <div class="stack" id="secret">
      <Alert kind="warning" text={admin.say('Copy the secret now: it is not shown again.')} />
      <pre class="code">{secret}</pre>
    </div>
  )
}

/** Capitalises the first letter. */
export function capital(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`
}
