import type { Child } from 'hono/jsx'
import type { JSX } from 'hono/jsx/jsx-runtime'
import { instantOf } from './instant.ts'
import { initialOf } from './links.ts'
import type { Messages } from './messages.ts'
import type { Ui } from './theme.ts'

/** Hidden fields of a form by name, such as the id of the captured request. */
export type HiddenFields = Readonly<Record<string, string>>

interface FormFieldsProps {
  readonly ui: Ui
  readonly fields?: HiddenFields | undefined
}

/**
 * The hidden fields that a form needs: its own and the anti-forgery field.
 * @throws {TypeError} the page was given no anti-forgery value
 */
export function FormFields({ ui, fields = {} }: FormFieldsProps): JSX.Element {
  if (!ui.antiForgery) throw new TypeError('A page with a form needs ui.antiForgery')
  return (
    <>
      <input type="hidden" name="anti_forgery" value={ui.antiForgery} />
      {Object.entries(fields).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
    </>
  )
}

interface FormProps extends FormFieldsProps {
  /** The URL to which it is posted, on this origin. */
  readonly action: string
  /** Its purpose, if a page has several. */
  readonly label?: string
  readonly class?: string
  readonly children?: Child
}

/** A form that changes something: always posted with the anti-forgery field. */
export function Form({
  ui,
  fields,
  action,
  label,
  class: className = 'stack',
  children,
}: FormProps): JSX.Element {
  return (
    <form method="post" action={action} class={className} aria-label={label}>
      <FormFields ui={ui} fields={fields} />
      {children}
    </form>
  )
}

interface FieldProps {
  /** Also its id, so unique on a page. */
  readonly name: string
  readonly label: string
  readonly type?: 'text' | 'password' | 'email'
  readonly value?: string | undefined
  readonly autocomplete:
    | 'username'
    | 'username webauthn'
    | 'current-password'
    | 'new-password'
    | 'email'
    | 'one-time-code'
    | 'off'
  /** The keyboard that a phone shows. */
  readonly inputmode?: 'numeric'
  readonly hint?: string
  /** The problem with the submitted value. */
  readonly error?: string | undefined
  readonly required?: boolean
  readonly minlength?: number | undefined
  /** Whether the browser focuses it, as the first control with a problem. */
  readonly autofocus?: boolean
}

/** A labelled input; its hint and its problem are next to it and announced with it. */
export function Field(props: FieldProps): JSX.Element {
  const { name, label, type = 'text', value, autocomplete, hint, error, required = true, minlength } = props
  const { autofocus = false, inputmode } = props
  const described = [hint && `${name}-hint`, error && `${name}-error`].filter(Boolean).join(' ')
  return (
    <div class="field">
      <label for={name}>{label}</label>
      {hint && (
        <span class="hint" id={`${name}-hint`}>
          {hint}
        </span>
      )}
      {error && (
        <span class="error" id={`${name}-error`}>
          {error}
        </span>
      )}
      <input
        id={name}
        name={name}
        type={type}
        value={value}
        required={required}
        minlength={minlength}
        autofocus={autofocus}
        inputmode={inputmode}
        autocomplete={autocomplete}
        autocapitalize="none"
        autocorrect="off"
        spellcheck={false}
        aria-describedby={described || undefined}
        aria-invalid={error ? 'true' : undefined}
      />
    </div>
  )
}

interface CheckboxProps {
  readonly id: string
  readonly name: string
  readonly value: string
  readonly checked: boolean
  readonly label: string
  readonly hint?: string | undefined
  readonly error?: string | undefined
  readonly autofocus?: boolean
}

/** A checkbox whose whole row can be clicked. */
export function Checkbox(props: CheckboxProps): JSX.Element {
  const { id, name, value, checked, label, hint, error, autofocus = false } = props
  return (
    <label class="choice" for={id}>
      <input
        id={id}
        type="checkbox"
        name={name}
        value={value}
        checked={checked}
        aria-invalid={error ? 'true' : undefined}
        autofocus={autofocus}
      />
      <span>
        <span class="choice-label">{label}</span>
        {hint && <span class="hint">{hint}</span>}
        {error && (
          <span class="error" id={`${id}-error`}>
            {error}
          </span>
        )}
      </span>
    </label>
  )
}

interface ButtonProps {
  readonly kind?: 'primary' | 'secondary' | 'danger'
  readonly name?: string
  readonly value?: string
  /** The name for people who cannot see the button's context; begins with the visible text. */
  readonly label?: string
  readonly children?: Child
}

/** A button that submits its form. */
export function Button({ kind = 'secondary', name, value, label, children }: ButtonProps): JSX.Element {
  return (
    <button type="submit" class={`button button-${kind}`} name={name} value={value} aria-label={label}>
      {children}
    </button>
  )
}

/** A link that looks like a button. `href` is a path of ours or comes from `safeHref`. */
export function ButtonLink({
  href,
  kind = 'secondary',
  label,
  children,
}: Omit<ButtonProps, 'name' | 'value'> & { readonly href: string }): JSX.Element {
  return (
    <a class={`button button-${kind}`} href={href} aria-label={label}>
      {children}
    </a>
  )
}

/** What was done or what went wrong. */
export interface Notice {
  readonly kind: 'error' | 'info' | 'success' | 'warning'
  readonly text: string
  readonly advice?: string
}

/** Says what was done or what went wrong; errors interrupt, the rest is announced when there is time. */
export function Alert({ kind, text, advice }: Notice): JSX.Element {
  return (
    <div class={`alert alert-${kind}`} role={kind === 'error' ? 'alert' : 'status'}>
      <p>{text}</p>
      {advice && <p>{advice}</p>}
    </div>
  )
}

/** The box in the middle of a page. */
export function Card({ children }: { readonly children?: Child }): JSX.Element {
  return <div class="card stack">{children}</div>
}

/** A part of a wide page: its heading and explanation beside its content. */
export function Section(props: {
  readonly id: string
  readonly title: string
  readonly hint?: string
  readonly children?: Child
}): JSX.Element {
  return (
    <section class="section" aria-labelledby={props.id}>
      <header>
        <h2 id={props.id}>{props.title}</h2>
        {props.hint && <p>{props.hint}</p>}
      </header>
      <div class="stack">{props.children}</div>
    </section>
  )
}

interface EmptyStateProps {
  readonly title: string
  readonly hint: string
  /** Level of its heading; defaults to 3, below that of a section. */
  readonly level?: 2 | 3
}

/** Shown instead of an empty list. */
export function EmptyState({ title, hint, level = 3 }: EmptyStateProps): JSX.Element {
  return (
    <div class="empty">
      {level === 2 ? <h2>{title}</h2> : <h3>{title}</h3>}
      <p>{hint}</p>
    </div>
  )
}

interface FactsProps {
  readonly entries: readonly (readonly [name: string, value: Child])[]
  /** Names beside their values, or above them. */
  readonly layout?: 'table' | 'list'
}

/** Names with their values. */
export function Facts({ entries, layout = 'table' }: FactsProps): JSX.Element {
  return (
    <dl class={`facts facts-${layout}`}>
      {entries.map(([name, value]) => (
        <div>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** The first letter of a name in a box. Decorative, as the name is beside it. */
export function Mark({ name, large }: { readonly name: string; readonly large?: boolean }): JSX.Element {
  return (
    <span class={`mark${large ? ' mark-large' : ''}`} aria-hidden="true">
      {initialOf(name)}
    </span>
  )
}

interface TimeProps {
  readonly at: number
  readonly messages: Messages
  /** The person's time zone, by its IANA name; UTC if unknown. */
  readonly zone?: string | undefined
}

/** An instant, for people in the page's language and for programs in ISO 8601. */
export function Time({ at, messages, zone }: TimeProps): JSX.Element {
  const [datetime, text] = instantOf(at, messages, zone)
  return <time datetime={datetime}>{text}</time>
}
