import type { JSX } from 'hono/jsx/jsx-runtime'
import { Alert, Button, Card, Facts, Field, Form, type HiddenFields, type Notice } from '../ui/components.tsx'
import { ErrorSummary, problemsOf } from '../ui/error-summary.tsx'
import { Layout } from '../ui/layout.tsx'
import type { Ui } from '../ui/theme.ts'
import { NewPasswordFields } from './new-password-fields.tsx'

/** What the page for new accounts shows. */
export interface SignUpPageProps {
  readonly ui: Ui
  /** The URL to which the form is posted: `username`, `email`, `password`, `repeated_password`. */
  readonly action: string
  /** Such as the id of the captured request. */
  readonly fields?: HiddenFields
  /** The address of the invitation, which the account gets; null if the form asks for one. */
  readonly invitedEmail?: string | null
  /** The typed values, except for the passwords. */
  readonly values?: { readonly username?: string; readonly email?: string }
  readonly errors?: SignUpErrors
  readonly notice?: Notice | null
  readonly minPasswordLength: number
  /** Whether people have passwords; defaults to true. Without one they need an address. */
  readonly hasPasswords?: boolean
  /** Further ways to get an account. */
  readonly options?: readonly JSX.Element[]
  readonly loginUrl: string
  /** What checks who sends the form. */
  readonly guards?: readonly JSX.Element[]
}

/** Problems by field. */
export interface SignUpErrors {
  readonly username?: string
  readonly email?: string
  readonly password?: string
  readonly repeated?: string
}

/** Asks for what a new account needs. */
export function SignUpPage(props: SignUpPageProps): JSX.Element {
  const { ui, action, fields, values = {}, errors = {}, notice, minPasswordLength: least, loginUrl } = props
  const { hasPasswords = true, options = [] } = props
  const { common, fields: texts, signUp } = ui.messages
  const problems = problemsOf([
    ['username', common.username, errors.username],
    ['email', common.email, errors.email],
    ['password', common.password, errors.password],
    ['repeated_password', signUp.repeated, errors.repeated],
  ])
  const failed = notice?.kind === 'error' || problems.length > 0
  const begin = (name: string): boolean => problems[0]?.target === name
  return (
    <Layout ui={ui} title={signUp.title} failed={failed}>
      <Card>
        <h1>{signUp.title}</h1>
        {notice && <Alert {...notice} />}
        <ErrorSummary title={texts.problems(problems.length)} problems={problems} />
        <Form ui={ui} action={action} fields={fields}>
          <Field
            name="username"
            label={common.username}
            value={values.username}
            autocomplete="username"
            hint={texts.usernameHint}
            error={errors.username}
            autofocus={begin('username')}
          />
          {props.invitedEmail ? (
            <Facts entries={[[ui.messages.fields.emailAddress, props.invitedEmail]]} layout="list" />
          ) : (
            <Field
              name="email"
              label={hasPasswords ? common.email : ui.messages.fields.emailAddress}
              type="email"
              value={values.email}
              autocomplete="email"
              required={false}
              error={errors.email}
              autofocus={begin('email')}
            />
          )}
          {hasPasswords && (
            <NewPasswordFields
              ui={ui}
              name="password"
              labels={[common.password, signUp.repeated]}
              minPasswordLength={least}
              errors={errors}
              first={problems[0]?.target}
            />
          )}
          {[...(props.guards ?? [])]}
          <Button kind="primary">{signUp.submit}</Button>
        </Form>
        {[...options]}
        <p class="small">
          {signUp.haveAccount} <a href={loginUrl}>{common.signIn}</a>
        </p>
      </Card>
    </Layout>
  )
}
