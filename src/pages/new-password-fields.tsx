import type { JSX } from 'hono/jsx/jsx-runtime'
import { Field } from '../ui/components.tsx'
import type { Ui } from '../ui/theme.ts'

interface NewPasswordFieldsProps {
  readonly ui: Ui
  readonly minPasswordLength: number
  readonly errors: { readonly password?: string | undefined; readonly repeated?: string | undefined }
  /** The name of the first field; `new_password` by default. */
  readonly name?: string
  /** The labels of both fields; those of a new password that replaces another by default. */
  readonly labels?: readonly [password: string, repeated: string]
  /** Which field the browser focuses, if any. */
  readonly first?: string | null | undefined
}

/** Asks for a password twice: the second time as `repeated_password`. */
export function NewPasswordFields(props: NewPasswordFieldsProps): JSX.Element {
  const { errors, first, minPasswordLength: least, name = 'new_password', ui } = props
  const { account, fields } = ui.messages
  const [password, repeated] = props.labels ?? [account.newPassword, account.repeatedPassword]
  return (
    <>
      <Field
        name={name}
        label={password}
        type="password"
        autocomplete="new-password"
        hint={fields.passwordHint(least)}
        minlength={least}
        error={errors.password}
        autofocus={first === name}
      />
      <Field
        name="repeated_password"
        label={repeated}
        type="password"
        autocomplete="new-password"
        error={errors.repeated}
        autofocus={first === 'repeated_password'}
      />
    </>
  )
}
