import type { JSX } from 'hono/jsx/jsx-runtime'
import { ButtonLink, Card, Mark } from '../ui/components.tsx'
import { Layout } from '../ui/layout.tsx'
import { displayName } from '../ui/links.ts'
import type { Ui } from '../ui/theme.ts'

/** What the front page shows. */
export interface FrontPageProps {
  readonly ui: Ui
  /** Who is signed in; null if nobody is. */
  readonly username: string | null
  /** Applications that this person has authorized, and where a sign-in to each starts. */
  readonly applications?: readonly { readonly name: string; readonly openUrl: string }[]
  readonly accountUrl: string
  readonly loginUrl: string
  readonly logoutUrl: string
  /** Null if nobody can sign up. */
  readonly signUpUrl: string | null
  /** The panel; null for those who are not staff. */
  readonly adminUrl: string | null
  /** The local demo; null elsewhere. */
  readonly demoUrl: string | null
}

/** Says whose site this is, and links to the sign-in page or, for a signed-in user, to the other pages. */
export function FrontPage({ ui, username, applications = [], ...urls }: FrontPageProps): JSX.Element {
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
        {applications.length > 0 && <Applications ui={ui} applications={applications} />}
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

/** The applications that can be opened from here. */
function Applications({
  applications,
  ui,
}: Required<Pick<FrontPageProps, 'applications' | 'ui'>>): JSX.Element {
  const { account, client } = ui.messages
  return (
    <section class="stack" aria-labelledby="applications">
      <h2 id="applications">{account.applications}</h2>
      <ul class="stack">
        {applications.map(({ name: given, openUrl }) => {
          const name = displayName(given)
          return (
            <li class="row row-apart">
              <span class="row">
                <Mark name={name} />
                {name}
              </span>
              <ButtonLink href={openUrl} label={client.openOf(name)}>
                {client.open}
              </ButtonLink>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
