import type { JSX } from 'hono/jsx/jsx-runtime'
import { Button, ButtonLink, Card, Form, type HiddenFields } from '../ui/components.tsx'
import { Layout } from '../ui/layout.tsx'
import { displayName } from '../ui/links.ts'
import type { Ui } from '../ui/theme.ts'

/** What the sign-out page shows. */
export interface LogoutPageProps {
  readonly ui: Ui
  /** Where the form is posted. */
  readonly action: string
  readonly fields?: HiddenFields
  /** Who is signed in; null says that nobody is, and offers to sign in. */
  readonly username: string | null
  readonly accountUrl: string
  readonly loginUrl: string
  /** The application that asks, and where the browser may go back to it; null if none asks. */
  readonly application?: { readonly name: string; readonly url: string | null } | null
}

/** Asks before signing out, and afterwards says that it is done. */
export function LogoutPage({
  ui,
  action,
  fields,
  username,
  accountUrl,
  loginUrl,
  application = null,
}: LogoutPageProps): JSX.Element {
  const { logout } = ui.messages
  if (username === null) {
    return (
      <Layout ui={ui} title={logout.doneTitle}>
        <Card>
          <h1>{logout.doneTitle}</h1>
          <p>{logout.done}</p>
          <div class="actions">
            {application !== null && application.url !== null && (
              <ButtonLink href={application.url}>{logout.back(displayName(application.name))}</ButtonLink>
            )}
            <ButtonLink href={loginUrl}>{logout.again}</ButtonLink>
          </div>
        </Card>
      </Layout>
    )
  }
  return (
    <Layout ui={ui} title={logout.title}>
      <Card>
        <h1>{logout.title}</h1>
        {application && <p>{logout.askedBy(displayName(application.name))}</p>}
        <p>{logout.asks(username)}</p>
        <Form ui={ui} action={action} fields={fields} class="actions">
          <Button kind="primary">{logout.submit}</Button>
          <ButtonLink href={accountUrl}>{logout.stay}</ButtonLink>
        </Form>
      </Card>
    </Layout>
  )
}
