import type { JSX } from 'hono/jsx/jsx-runtime'
import { Alert, Button, Card, Field, Form, type HiddenFields, type Notice } from '../ui/components.tsx'
import { Layout } from '../ui/layout.tsx'
import { displayName } from '../ui/links.ts'
import type { Ui } from '../ui/theme.ts'

/** What the sign-in page shows. */
export interface LoginPageProps {
  readonly ui: Ui
  /** Where the form is posted: `username`, `password`. */
  readonly action: string
  /** As the id of the captured request. */
  readonly fields?: HiddenFields
  /** The application that waits for the answer; null where the user came alone. */
  readonly client?: { readonly name: string } | null
  /** What was typed, so that only the password has to be typed again. */
  readonly username?: string
  /** Why the page is shown, or shown again. */
  readonly notice?: Notice | null
  /** Null where nobody can sign up. */
  readonly signUpUrl?: string | null
}

/** Asks for username and password. */
export function LoginPage({
  ui,
  action,
  fields,
  client,
  username,
  notice,
  signUpUrl,
}: LoginPageProps): JSX.Element {
  const { common, login } = ui.messages
  return (
    <Layout ui={ui} title={login.title} failed={notice?.kind === 'error'}>
      <Card>
        <div>
          <h1>{login.title}</h1>
          {client && <p class="muted">{login.continueTo(displayName(client.name))}</p>}
        </div>
        {notice && <Alert {...notice} />}
        <Form ui={ui} action={action} fields={fields}>
          <Field name="username" label={common.username} value={username} autocomplete="username" />
          <Field name="password" label={common.password} type="password" autocomplete="current-password" />
          <Button kind="primary">{login.submit}</Button>
        </Form>
        {signUpUrl && (
          <p class="small">
            {login.noAccount} <a href={signUpUrl}>{login.signUp}</a>
          </p>
        )}
      </Card>
    </Layout>
  )
}
