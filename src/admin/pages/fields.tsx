import type { JSX } from 'hono/jsx/jsx-runtime'
import type { Problems } from '../../operations/input.ts'
import type { FieldSpec, Input } from '../../operations/resource.ts'
import { isList } from '../../store/browse.ts'
import { Checkbox, Field } from '../../ui/components.tsx'
import { ErrorSummary } from '../../ui/error-summary.tsx'
import type { AdminUi } from './layout.tsx'

interface FieldsProps {
  readonly admin: AdminUi
  readonly fields: readonly FieldSpec[]
  readonly values: Input
  readonly problems: Problems
}

/** Shows the fields of a form, with problems beside the values; the browser focuses the first of those. */
export function Fields({ admin, fields, problems, values }: FieldsProps): JSX.Element {
  const first = fields.find(({ name }) => problems[name] !== undefined)
  const show = (field: FieldSpec): JSX.Element => (
    <FieldOf
      admin={admin}
      field={field}
      value={values[field.name]}
      error={problems[field.name]}
      autofocus={field === first}
    />
  )
  const advanced = fields.filter((field) => field.advanced)
  return (
    <>
      {fields.filter((field) => !field.advanced).map(show)}
      {advanced.length > 0 && (
        <details open={advanced.some(({ name }) => problems[name] !== undefined)}>
          <summary>{admin.say('Advanced')}</summary>
          <div class="stack">{advanced.map(show)}</div>
        </details>
      )}
    </>
  )
}

/** Shows all problems with a form, in the order of its fields; those without a field come first. */
export function FieldProblems({ admin, fields, problems }: Omit<FieldsProps, 'values'>): JSX.Element | null {
  const known = fields.flatMap((field) => {
    const text = problems[field.name]
    return text === undefined ? [] : [{ target: targetOf(field), label: field.label, text }]
  })
  const others = Object.entries(problems)
    .filter(([name]) => !fields.some((field) => field.name === name))
    .map(([, text]) => ({ target: null, label: null, text }))
  return <ErrorSummary title={admin.say('Nothing has been changed yet.')} problems={[...others, ...known]} />
}

/** Returns the id of a field's first control. */
function targetOf({ choices, kind, name }: FieldSpec): string {
  return kind === 'choices' && choices?.[0] ? `${name}-${choices[0][0]}` : name
}

interface FieldProps {
  readonly field: FieldSpec
  readonly value: unknown
  readonly error: string | undefined
  readonly autofocus: boolean
}

function FieldOf({
  admin,
  autofocus,
  error,
  field,
  value,
}: FieldProps & { readonly admin: AdminUi }): JSX.Element {
  const { hint, kind, label, name, required = false } = field
  switch (kind) {
    case 'text':
    case 'seconds':
    case 'password':
      return (
        <Field
          name={name}
          label={label}
          type={kind === 'seconds' ? 'text' : kind}
          value={kind === 'password' ? undefined : textOfValue(value)}
          autocomplete={kind === 'password' ? 'new-password' : 'off'}
          required={required}
          error={error}
          autofocus={autofocus}
          {...(hint === undefined ? {} : { hint })}
        />
      )
    case 'json':
    case 'lines':
      return <Lines field={field} value={value} error={error} autofocus={autofocus} />
    case 'choice':
      return <Choice field={field} value={value} error={error} autofocus={autofocus} />
    case 'choices':
      return <Choices field={field} value={value} error={error} autofocus={autofocus} />
    case 'flag':
      if (field.unset !== undefined)
        return <Choice field={unsetFlag(field, admin)} value={value} error={error} autofocus={autofocus} />
      return (
        <div class="choices">
          <Checkbox
            id={name}
            name={name}
            value="yes"
            checked={value === true}
            label={label}
            hint={hint}
            error={error}
            autofocus={autofocus}
          />
        </div>
      )
  }
}

function textOfValue(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

/** A flag whose value may be left to follow from other fields. */
function unsetFlag(field: FieldSpec, { say }: AdminUi): FieldSpec {
  return {
    ...field,
    choices: [
      ['', field.unset ?? ''],
      ['yes', say('Yes')],
      ['no', say('No')],
    ],
  }
}

/** Returns a list line by line, or an object as JSON; typed text stays as it was typed. */
function textOfLines(value: unknown): string {
  if (isList(value)) return value.join('\n')
  if (typeof value === 'object' && value !== null) return JSON.stringify(value, null, 2)
  return typeof value === 'string' ? value : ''
}

/** The hint and the problem of a field: texts, and the ids by which it refers to them. */
function Notes({ error, field }: Pick<FieldProps, 'error' | 'field'>): JSX.Element {
  return (
    <>
      {field.hint && (
        <span class="hint" id={`${field.name}-hint`}>
          {field.hint}
        </span>
      )}
      {error && (
        <span class="error" id={`${field.name}-error`}>
          {error}
        </span>
      )}
    </>
  )
}

function noteIds({ error, field }: Pick<FieldProps, 'error' | 'field'>): string | undefined {
  const ids = [field.hint && `${field.name}-hint`, error && `${field.name}-error`].filter(Boolean)
  return ids.length > 0 ? ids.join(' ') : undefined
}

function Lines({ autofocus, error, field, value }: FieldProps): JSX.Element {
  return (
    <div class="field">
      <label for={field.name}>{field.label}</label>
      <Notes field={field} error={error} />
      <textarea
        id={field.name}
        name={field.name}
        rows={4}
        spellcheck={false}
        aria-describedby={noteIds({ field, error })}
        aria-invalid={error ? 'true' : undefined}
        autofocus={autofocus}
      >
        {textOfLines(value)}
      </textarea>
    </div>
  )
}

function Choice({ autofocus, error, field, value }: FieldProps): JSX.Element {
  return (
    <div class="field">
      <label for={field.name}>{field.label}</label>
      <Notes field={field} error={error} />
      <select
        id={field.name}
        name={field.name}
        aria-describedby={noteIds({ field, error })}
        aria-invalid={error ? 'true' : undefined}
        autofocus={autofocus}
      >
        {field.choices?.map(([choice, text]) => (
          <option value={choice} selected={choice === value}>
            {text}
          </option>
        ))}
      </select>
    </div>
  )
}

function Choices({ autofocus, error, field, value }: FieldProps): JSX.Element {
  const chosen: readonly unknown[] = Array.isArray(value) ? value : []
  return (
    <fieldset aria-describedby={noteIds({ field, error })}>
      <legend>{field.label}</legend>
      <Notes field={field} error={error} />
      <div class="choices">
        {field.choices?.map(([choice, text], index) => (
          <Checkbox
            id={`${field.name}-${choice}`}
            name={field.name}
            value={choice}
            checked={chosen.includes(choice)}
            autofocus={autofocus && index === 0}
            label={text}
            hint={choice === text ? undefined : choice}
          />
        ))}
      </div>
    </fieldset>
  )
}
