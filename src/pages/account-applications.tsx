import type { Child } from 'hono/jsx'
import type { JSX } from 'hono/jsx/jsx-runtime'
import { Alert, Button, ButtonLink, EmptyState, Facts, Form, Mark, Section, Time } from '../ui/components.tsx'
import { displayName, safeHref } from '../ui/links.ts'
import type { Ui } from '../ui/theme.ts'
import type { ScopeText } from './consent.tsx'

/** An application that has access. Times are seconds since 1970. */
export interface AuthorizedApplication {
  readonly clientId: string
  readonly name: string
  readonly url: string | null
  /** Where a sign-in to it starts; null if it has no such address. */
  readonly openUrl?: string | null
  readonly scopes: readonly ScopeText[]
  readonly since: number
  /** Null if it has never got a token. */
  readonly lastUsed: number | null
  /** When its refresh token was last repeated from another network than that of the rotation; null if never. */
  readonly repeatedElsewhere: number | null
}

interface ApplicationsProps {
  readonly ui: Ui
  /** The URL to which the forms are posted. */
  readonly action: string
  readonly applications: readonly AuthorizedApplication[]
}

/** The applications that have access, each with a button to end it. */
export function Applications(props: ApplicationsProps): JSX.Element {
  const { account } = props.ui.messages
  return (
    <Section id="applications" title={account.applications} hint={account.applicationsHint}>
      {props.applications.length === 0 ? (
        <EmptyState title={account.noApplications} hint={account.noApplicationsHint} />
      ) : (
        <ul class="items">
          {props.applications.map((application) => (
            <li>
              <Application page={props} application={application} />
            </li>
          ))}
        </ul>
      )}
    </Section>
  )
}

interface ApplicationProps {
  readonly page: ApplicationsProps
  readonly application: AuthorizedApplication
}

function Application({ page, application }: ApplicationProps): JSX.Element {
  const { messages } = page.ui
  const { account, common } = messages
  const name = displayName(application.name)
  const website = safeHref(application.url)
  const { lastUsed, repeatedElsewhere } = application
  const when = (at: number | null): Child =>
    at === null ? common.never : <Time at={at} messages={messages} zone={page.ui.timeZone} />
  return (
    <div class="item">
      <Mark name={name} />
      <div class="item-body stack">
        <div>
          <h3>{name}</h3>
          {website && (
            <a class="small" href={website} rel="noreferrer">
              {URL.parse(website)?.host}
            </a>
          )}
        </div>
        <ul class="scopes">
          {application.scopes.map(({ name: scope, description }) => (
            <li>{description ?? scope}</li>
          ))}
        </ul>
        {repeatedElsewhere !== null && (
          <Alert kind="warning" text={account.repeatedElsewhere} advice={account.repeatedElsewhereAdvice} />
        )}
        <Facts
          entries={[
            [
              account.authorizedSince,
              <Time at={application.since} messages={messages} zone={page.ui.timeZone} />,
            ],
            [account.lastUsed, when(lastUsed)],
            ...(repeatedElsewhere === null
              ? []
              : [[account.repeatedElsewhereAt, when(repeatedElsewhere)] as const]),
          ]}
        />
      </div>
      {application.openUrl && (
        <ButtonLink href={application.openUrl} label={messages.client.openOf(name)}>
          {messages.client.open}
        </ButtonLink>
      )}
      <details class="ask">
        <summary class="button button-danger" aria-label={account.revokeOf(name)}>
          {account.revoke}
        </summary>
        <Form
          ui={page.ui}
          action={page.action}
          fields={{ intent: 'revoke-application', client_id: application.clientId }}
          class="row after"
        >
          <p>{account.revokeAsks(name)}</p>
          <Button kind="danger">{account.revokeNow}</Button>
        </Form>
      </details>
    </div>
  )
}
