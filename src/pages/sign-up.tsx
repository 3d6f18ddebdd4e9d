import type { JSX } from 'hono/jsx/jsx-runtime'
import { Alert, Button, Card, Field, Form, type HiddenFields, type Notice } from '../ui/components.tsx'
import { ErrorSummary, problemsOf } from '../ui/error-summary.tsx'
import { Layout } from '../ui/layout.tsx'
import type { Ui } from '../ui/theme.ts'

/** What the page for new accounts shows. */
export interface SignUpPageProps {
  readonly ui: Ui
  /** Where the form is posted: `username`, `email`, `password`, `repeated_password`. */
  readonly action: string
  /** As the id of the captured request. */
  readonly fields?: HiddenFields
  /** What was typed, but for the passwords. */
  readonly values?: { readonly username?: string; readonly email?: string }
  readonly errors?: SignUpErrors
  readonly notice?: Notice | null
  readonly minPasswordLength: number
  readonly loginUrl: string
}

/** What was wrong with each field. */
export interface SignUpErrors {
  readonly username?: string
  readonly email?: string
  readonly password?: string
  readonly repeated?: string
}

/** Asks for what a new account needs. */
export function SignUpPage(props: SignUpPageProps): JSX.Element {
  const { ui, action, fields, values = {}, errors = {}, notice, minPasswordLength: least, loginUrl } = props
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
          <Field
            name="email"
            label={common.email}
            type="email"
            value={values.email}
            autocomplete="email"
            required={false}
            error={errors.email}
            autofocus={begin('email')}
          />
          <Field
            name="password"
            label={common.password}
            type="password"
            autocomplete="new-password"
            hint={texts.passwordHint(least)}
            minlength={least}
            error={errors.password}
            autofocus={begin('password')}
          />
          <Field
            name="repeated_password"
            label={signUp.repeated}
            type="password"
            autocomplete="new-password"
            error={errors.repeated}
            autofocus={begin('repeated_password')}
          />
          <Button kind="primary">{signUp.submit}</Button>
        </Form>
        <p class="small">
          {signUp.haveAccount} <a href={loginUrl}>{common.signIn}</a>
        </p>
      </Card>
    </Layout>
  )
}
