import type { JSX } from 'hono/jsx/jsx-runtime'
import type { Problems } from '../../operations/input.ts'
import {
  type Action,
  type FieldSpec,
  type Input,
  type Kind,
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
import { backUrl, nameOf, recordUrl } from './values.tsx'

interface FormPageProps {
  readonly admin: AdminUi
  readonly resource: Resource
  /** Null for a new one. */
  readonly record: AdminRecord | null
  readonly fields: readonly FieldSpec[]
  readonly values: Input
  readonly problems: Problems
  /** The kind that the form is filled in for. */
  readonly kind?: string | undefined
}

/** Shows a form for a new record, or for changing one. */
export function FormPage(props: FormPageProps): JSX.Element {
  const { admin, fields, kind, problems, record, resource, values } = props
  const url = `${admin.base}/${resource.kind}`
  const id = record ? valueOf(record, resource.id) : ''
  const seen = textOf(values, 'updated_at') || valueOf(record ?? {}, 'updated_at')
  const title = record
    ? admin.say('Edit {}', displayName(valueOf(record, resource.name)))
    : admin.translate(`New ${resource.singular}`)
  return (
    <AdminPage
      admin={admin}
      title={title}
      current={resource.kind}
      of={resource}
      failed={Object.keys(problems).length > 0}
    >
      {record === null && resource.kinds && (
        <Kinds admin={admin} kinds={resource.kinds} url={`${url}/new`} chosen={kind} />
      )}
      <div class="box">
        <Form
          ui={admin.ui}
          action={record ? recordUrl(admin.base, resource.kind, id, 'edit') : `${url}/new`}
          {...(seen === '' ? {} : { fields: { updated_at: seen } })}
        >
          <FieldProblems admin={admin} fields={fields} problems={problems} />
          <Fields admin={admin} fields={fields} values={values} problems={problems} />
          <div class="row">
            <Button kind="primary">{admin.say('Save')}</Button>
            <ButtonLink href={record ? recordUrl(admin.base, resource.kind, id) : url}>
              {admin.say('Cancel')}
            </ButtonLink>
          </div>
        </Form>
      </div>
    </AdminPage>
  )
}

interface KindsProps {
  readonly admin: AdminUi
  readonly kinds: readonly Kind[]
  readonly url: string
  readonly chosen: string | undefined
}

/** Shows the kinds of a new record; each fills in the form. */
function Kinds({ admin, chosen, kinds, url }: KindsProps): JSX.Element {
  return (
    <nav aria-label={admin.say('Kind')}>
      <ul class="cards-row">
        {kinds.map(({ hint, label, name }) => (
          <li>
            <a
              class="box kind"
              href={`${url}?kind=${name}`}
              aria-current={name === chosen ? 'true' : undefined}
            >
              <strong>{label}</strong>
              <span class="muted small">{hint}</span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

interface ConfirmPageProps {
  readonly admin: AdminUi
  readonly resource: Resource
  readonly action: Action
  readonly records: readonly AdminRecord[]
  /** What belongs to the record, if there is only one. */
  readonly hanging: string | null
  readonly values: Input
  readonly problems: Problems
}

/** Asks for confirmation of an action. */
export function ConfirmPage(props: ConfirmPageProps): JSX.Element {
  const { action, admin, problems, records, resource } = props
  const url = `${admin.base}/${resource.kind}`
  const fields = action.fields ?? []
  const typed = nameToType(action, resource, records)
  return (
    <AdminPage
      admin={admin}
      title={titleOf(admin, action, resource, records)}
      current={resource.kind}
      of={resource}
      failed={Object.keys(problems).length > 0}
    >
      <div class="box stack">
        <p>{action.question}</p>
        {records.length > (resource.name === resource.id ? 0 : 1) && (
          <ul class="plain">
            {records.map((record) => (
              <li>{nameOf(admin, resource, record)}</li>
            ))}
          </ul>
        )}
        {props.hanging && <p>{props.hanging}</p>}
        <Form ui={admin.ui} action={`${url}/act`} fields={{ action: action.name, confirmed: 'yes' }}>
          {records.map((record) => (
            <input type="hidden" name="id" value={valueOf(record, resource.id)} />
          ))}
          <FieldProblems admin={admin} fields={fields} problems={problems} />
          <Fields admin={admin} fields={fields} values={props.values} problems={problems} />
          {typed !== null && (
            <Field
              name={TYPED_NAME}
              label={admin.say('Type {} to confirm', displayName(typed))}
              autocomplete="off"
              error={problems[TYPED_NAME]}
              autofocus
            />
          )}
          <div class="row">
            <Button kind={action.danger ? 'danger' : 'primary'}>{action.label}</Button>
            <ButtonLink href={backUrl(admin.base, resource, records)}>{admin.say('Cancel')}</ButtonLink>
          </div>
        </Form>
      </div>
    </AdminPage>
  )
}

/** The field in which an operator types the name of what is about to be deleted. */
export const TYPED_NAME = 'typed_name'

/** Returns the name that an operator must type first; null if there is none. */
export function nameToType(
  { typed }: Action,
  resource: Resource,
  records: readonly AdminRecord[],
): string | null {
  const [only] = records
  return typed && only && records.length === 1 ? valueOf(only, resource.name) : null
}

/** Returns a title that says what is about to be done, and to what or how many. */
function titleOf(
  { translate }: AdminUi,
  action: Action,
  resource: Resource,
  records: readonly AdminRecord[],
): string {
  const [only] = records
  const named = only && resource.name !== resource.id ? displayName(valueOf(only, resource.name)) : null
  const what =
    records.length === 1
      ? (named ?? translate(`this ${resource.singular}`))
      : translate(`${records.length} ${resource.kind.replaceAll('-', ' ')}`)
  return action.asks?.(what) ?? action.label
}

/** The field that carries a sealed form while its operator enters the password. */
export const CARRIED = 'carried'

interface PasswordPageProps {
  readonly admin: AdminUi
  readonly current: string
  readonly action: string
  /** The waiting form, sealed. */
  readonly carried: string
  /** Where cancelling leads. */
  readonly cancelUrl: string
  /** Features' replacements for the password. */
  readonly others: readonly JSX.Element[]
  readonly problem: string | null
}

/** Asks operators for their own password before a change, and then continues with it. */
export function PasswordPage(props: PasswordPageProps): JSX.Element {
  const { action, admin, carried, current, problem } = props
  const label = admin.say('Your password')
  return (
    <AdminPage
      admin={admin}
      title={admin.say('Confirm that it is you')}
      current={current}
      intro={admin.say('You signed in a while ago. Enter your password again to make this change.')}
      failed={problem !== null}
    >
      <div class="box">
        <Form ui={admin.ui} action={action} fields={{ [CARRIED]: carried }}>
          <ErrorSummary
            title={admin.say('Nothing has been changed yet.')}
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
            <Button kind="primary">{admin.say('Continue')}</Button>
            <ButtonLink href={props.cancelUrl}>{admin.say('Cancel')}</ButtonLink>
          </div>
          {[...props.others]}
        </Form>
      </div>
    </AdminPage>
  )
}

/** Tells operators without a password that they must authenticate again, and then repeat the change. */
export function StalePage(props: {
  readonly admin: AdminUi
  readonly current: string
  readonly confirmUrl: string
  readonly cancelUrl: string
}): JSX.Element {
  const { say } = props.admin
  return (
    <AdminPage
      admin={props.admin}
      title={say('Confirm that it is you')}
      current={props.current}
      intro={say('You signed in a while ago. Confirm that it is you, and then make this change again.')}
      failed={false}
    >
      <div class="row">
        <ButtonLink href={props.confirmUrl}>{say('Continue')}</ButtonLink>
        <ButtonLink href={props.cancelUrl}>{say('Cancel')}</ButtonLink>
      </div>
    </AdminPage>
  )
}
