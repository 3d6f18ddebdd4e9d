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
import { Alert, Button, ButtonLink, Field, Form } from '../../ui/components.tsx'
import { displayName } from '../../ui/links.ts'
import { OWN_PASSWORD } from '../operator.ts'
import { Fields } from './fields.tsx'
import { AdminPage, type AdminUi } from './layout.tsx'
import { recordUrl } from './values.tsx'

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
          <OtherProblems fields={fields} problems={problems} />
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

/** Problems of what no field stands for. */
function OtherProblems({ fields, problems }: Pick<FormPageProps, 'fields' | 'problems'>): JSX.Element {
  const others = Object.entries(problems).filter(([name]) => !fields.some((field) => field.name === name))
  return (
    <>
      {others.map(([, text]) => (
        <Alert kind="error" text={text} />
      ))}
    </>
  )
}

/** Names and values of fields that a form carries along unseen; a name may come more than once. */
export type Carried = readonly (readonly [name: string, value: string])[]

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
  const [only] = records
  const back =
    only && records.length === 1 ? recordUrl(admin.base, resource.kind, valueOf(only, resource.id)) : url
  return (
    <AdminPage
      admin={admin}
      title={`${action.label}?`}
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
          <OtherProblems fields={fields} problems={problems} />
          <Fields fields={fields} values={props.values} problems={problems} />
          <div class="row">
            <Button kind={action.danger ? 'danger' : 'primary'}>{action.label}</Button>
            <ButtonLink href={back}>Cancel</ButtonLink>
          </div>
        </Form>
      </div>
    </AdminPage>
  )
}

interface PasswordPageProps {
  readonly admin: AdminUi
  readonly current: string
  readonly action: string
  readonly carried: Carried
  readonly problem: string | null
}

/** Asks operators for their own password before a change, and then goes on with it. */
export function PasswordPage({ action, admin, carried, current, problem }: PasswordPageProps): JSX.Element {
  return (
    <AdminPage
      admin={admin}
      title="Your password, please"
      current={current}
      intro="You signed in a while ago. Give your password again to make this change."
      failed={problem !== null}
    >
      <div class="box">
        <Form ui={admin.ui} action={action}>
          {carried.map(([name, value]) => (
            <input type="hidden" name={name} value={value} />
          ))}
          <input type="text" autocomplete="username" value={admin.username} readonly hidden />
          <Field
            name={OWN_PASSWORD}
            label="Your password"
            type="password"
            autocomplete="current-password"
            error={problem ?? undefined}
          />
          <div class="row">
            <Button kind="primary">Go on</Button>
          </div>
        </Form>
      </div>
    </AdminPage>
  )
}
