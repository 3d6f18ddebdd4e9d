import type { Child } from 'hono/jsx'
import type { JSX } from 'hono/jsx/jsx-runtime'
import { Alert, Button, EmptyState, Facts, Form, Mark, Section, Time } from '../ui/components.tsx'
import { displayName, safeHref } from '../ui/links.ts'
import type { Ui } from '../ui/theme.ts'
import type { ScopeText } from './consent.tsx'

/** An application that has access. Times are seconds since 1970. */
export interface AuthorizedApplication {
  readonly clientId: string
  readonly name: string
  readonly url: string | null
  readonly scopes: readonly ScopeText[]
  readonly since: number
  /** Null where it has never got a token. */
  readonly lastUsed: number | null
  /** When its refresh token last came again from another network than that of the rotation; null if it did not. */
  readonly repeatedElsewhere: number | null
}

interface ApplicationsProps {
  readonly ui: Ui
  /** Where the forms are posted. */
  readonly action: string
  readonly applications: readonly AuthorizedApplication[]
}

/** The applications that have access, each with what ends it. */
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
    at === null ? common.never : <Time at={at} messages={messages} />
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
            [account.authorizedSince, <Time at={application.since} messages={messages} />],
            [account.lastUsed, when(lastUsed)],
            ...(repeatedElsewhere === null
              ? []
              : [[account.repeatedElsewhereAt, when(repeatedElsewhere)] as const]),
          ]}
        />
      </div>
      <Form
        ui={page.ui}
        action={page.action}
        fields={{ intent: 'revoke-application', client_id: application.clientId }}
      >
        <Button kind="danger" label={account.revokeOf(name)}>
          {account.revoke}
        </Button>
      </Form>
    </div>
  )
}
