import type { JSX } from 'hono/jsx/jsx-runtime'
import { Button, ButtonLink, Card, Form, type HiddenFields } from '../ui/components.tsx'
import { Layout } from '../ui/layout.tsx'
import { displayName } from '../ui/links.ts'
import type { Ui } from '../ui/theme.ts'

/** What the sign-out page shows. */
export interface LogoutPageProps {
  readonly ui: Ui
  /** The URL to which the form is posted. */
  readonly action: string
  readonly fields?: HiddenFields
  /** The signed-in user; null says that nobody is signed in, and offers to sign in. */
  readonly username: string | null
  readonly accountUrl: string
  readonly loginUrl: string
  /** The application that requests it, and where the browser may return to it; null if there is none. */
  readonly application?: { readonly name: string; readonly url: string | null } | null
}

/** Asks before signing out, and then confirms it. */
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
