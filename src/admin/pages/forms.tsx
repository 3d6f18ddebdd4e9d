import type { JSX } from 'hono/jsx/jsx-runtime'
import type { Problems } from '../../operations/input.ts'
import {
  type Action,
  type FieldSpec,
  type Input,
  type Resource,
  textOf,
  valueOf,
} from '../../operations/resource.ts'
import type { AdminRecord } from '../../store/browse.ts'
import { Button, ButtonLink, Field, Form } from '../../ui/components.tsx'
import { ErrorSummary, problemsOf } from '../../ui/error-summary.tsx'
import { displayName } from '../../ui/links.ts'
import { OWN_PASSWORD } from '../operator.ts'
import { FieldProblems, Fields } from './fields.tsx'
import { AdminPage, type AdminUi } from './layout.tsx'
import { backUrl, recordUrl } from './values.tsx'

interface FormPageProps {
  readonly admin: AdminUi
  readonly resource: Resource
  /** Null for a new one. */
  readonly record: AdminRecord | null
  readonly fields: readonly FieldSpec[]
  readonly values: Input
  readonly problems: Problems
}

/** A form for a new record, or for one that is changed. */
export function FormPage({ admin, fields, problems, record, resource, values }: FormPageProps): JSX.Element {
  const url = `${admin.base}/${resource.kind}`
  const id = record ? valueOf(record, resource.id) : ''
  const seen = textOf(values, 'updated_at') || valueOf(record ?? {}, 'updated_at')
  const title = record ? `Edit ${displayName(valueOf(record, resource.name))}` : `New ${resource.singular}`
  return (
    <AdminPage admin={admin} title={title} current={resource.kind} failed={Object.keys(problems).length > 0}>
      <div class="box">
        <Form
          ui={admin.ui}
          action={record ? recordUrl(admin.base, resource.kind, id, 'edit') : `${url}/new`}
          {...(seen === '' ? {} : { fields: { updated_at: seen } })}
        >
          <FieldProblems fields={fields} problems={problems} />
          <Fields fields={fields} values={values} problems={problems} />
          <div class="row">
            <Button kind="primary">Save</Button>
            <ButtonLink href={record ? recordUrl(admin.base, resource.kind, id) : url}>Cancel</ButtonLink>
          </div>
        </Form>
      </div>
    </AdminPage>
  )
}

interface ConfirmPageProps {
  readonly admin: AdminUi
  readonly resource: Resource
  readonly action: Action
  readonly records: readonly AdminRecord[]
  /** What hangs from the record, where it is one. */
  readonly hanging: string | null
  readonly values: Input
  readonly problems: Problems
}

/** Asks before something is done. */
export function ConfirmPage(props: ConfirmPageProps): JSX.Element {
  const { action, admin, problems, records, resource } = props
  const url = `${admin.base}/${resource.kind}`
  const fields = action.fields ?? []
  return (
    <AdminPage
      admin={admin}
      title={titleOf(action, resource, records)}
      current={resource.kind}
      failed={Object.keys(problems).length > 0}
    >
      <div class="box stack">
        <p>{action.question}</p>
        <ul class="plain">
          {records.map((record) => (
            <li>{displayName(valueOf(record, resource.name))}</li>
          ))}
        </ul>
        {props.hanging && <p>{props.hanging}</p>}
        <Form ui={admin.ui} action={`${url}/act`} fields={{ action: action.name, confirmed: 'yes' }}>
          {records.map((record) => (
            <input type="hidden" name="id" value={valueOf(record, resource.id)} />
          ))}
          <FieldProblems fields={fields} problems={problems} />
          <Fields fields={fields} values={props.values} problems={problems} />
          <div class="row">
            <Button kind={action.danger ? 'danger' : 'primary'}>{action.label}</Button>
            <ButtonLink href={backUrl(admin.base, resource, records)}>Cancel</ButtonLink>
          </div>
        </Form>
      </div>
    </AdminPage>
  )
}

/** What is about to be done, and to what or to how many. */
function titleOf(action: Action, resource: Resource, records: readonly AdminRecord[]): string {
  const [only] = records
  const named = only && resource.name !== resource.id ? displayName(valueOf(only, resource.name)) : null
  const what =
    records.length === 1
      ? (named ?? `this ${resource.singular}`)
      : `${records.length} ${resource.title.toLowerCase()}`
  return action.asks?.(what) ?? `${action.label} ${what}?`
}

/** The field in which a form travels sealed while its operator gives the password. */
export const CARRIED = 'carried'

interface PasswordPageProps {
  readonly admin: AdminUi
  readonly current: string
  readonly action: string
  /** The form that waits, sealed. */
  readonly carried: string
  /** Where the operator goes who would rather not. */
  readonly cancelUrl: string
  readonly problem: string | null
}

/** Asks operators for their own password before a change, and then goes on with it. */
export function PasswordPage(props: PasswordPageProps): JSX.Element {
  const { action, admin, carried, current, problem } = props
  const label = 'Your password'
  return (
    <AdminPage
      admin={admin}
      title="Your password, please"
      current={current}
      intro="You signed in a while ago. Give your password again to make this change."
      failed={problem !== null}
    >
      <div class="box">
        <Form ui={admin.ui} action={action} fields={{ [CARRIED]: carried }}>
          <ErrorSummary
            title="Nothing was changed yet."
            problems={problemsOf([[OWN_PASSWORD, label, problem ?? undefined]])}
          />
          <input type="text" autocomplete="username" value={admin.username} readonly hidden />
          <Field
            name={OWN_PASSWORD}
            label={label}
            type="password"
            autocomplete="current-password"
            error={problem ?? undefined}
            autofocus
          />
          <div class="row">
            <Button kind="primary">Continue</Button>
            <ButtonLink href={props.cancelUrl}>Cancel</ButtonLink>
          </div>
        </Form>
      </div>
    </AdminPage>
  )
}
