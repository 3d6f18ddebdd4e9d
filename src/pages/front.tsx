import type { JSX } from 'hono/jsx/jsx-runtime'
import { ButtonLink, Card } from '../ui/components.tsx'
import { Layout } from '../ui/layout.tsx'
import type { Ui } from '../ui/theme.ts'

/** What the front page shows. */
export interface FrontPageProps {
  readonly ui: Ui
  /** Who is signed in; null if nobody is. */
  readonly username: string | null
  readonly accountUrl: string
  readonly loginUrl: string
  readonly logoutUrl: string
  /** Null where nobody can sign up. */
  readonly signUpUrl: string | null
  /** The panel; null for those who are not staff. */
  readonly adminUrl: string | null
  /** The local demo; null elsewhere. */
  readonly demoUrl: string | null
}

/** Says whose site this is, and leads on: to sign in, or to what is there for who is signed in. */
export function FrontPage({ ui, username, ...urls }: FrontPageProps): JSX.Element {
  const { common, front, login } = ui.messages
  return (
    <Layout ui={ui} title={front.title}>
      <Card>
        <div>
          <h1>{ui.theme.siteName}</h1>
          <p class="muted">{front.intro}</p>
        </div>
        {username !== null && <p>{common.signedInAs(username)}</p>}
        <div class="actions">
          {username === null ? (
            <ButtonLink kind="primary" href={urls.loginUrl}>
              {common.signIn}
            </ButtonLink>
          ) : (
            <>
              <ButtonLink kind="primary" href={urls.accountUrl}>
                {common.yourAccount}
              </ButtonLink>
              {urls.adminUrl && <ButtonLink href={urls.adminUrl}>{front.admin}</ButtonLink>}
              <ButtonLink href={urls.logoutUrl}>{common.signOut}</ButtonLink>
            </>
          )}
        </div>
        {username === null && urls.signUpUrl && (
          <p class="small">
            {login.noAccount} <a href={urls.signUpUrl}>{login.signUp}</a>
          </p>
        )}
        {urls.demoUrl && (
          <p class="small">
            <a href={urls.demoUrl}>{front.demo}</a>
          </p>
        )}
      </Card>
    </Layout>
  )
}
