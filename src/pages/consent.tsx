import type { JSX } from 'hono/jsx/jsx-runtime'
import { Alert, Button, Card, Checkbox, Facts, Form, type HiddenFields, Mark } from '../ui/components.tsx'
import { Layout, SiteMark } from '../ui/layout.tsx'
import { destinationOf, displayName, safeHref } from '../ui/links.ts'
import type { Ui } from '../ui/theme.ts'

/** A scope as people see it. */
export interface ScopeText {
  readonly name: string
  /** From the database; null shows the name alone. */
  readonly description: string | null
}

/** What the consent page shows. */
export interface ConsentPageProps {
  readonly ui: Ui
  /** Where the answer is posted: `authorize` (`Authorize` or `False`) and `scope`, once for each box that is ticked. */
  readonly action: string
  /** As the id of the captured request. */
  readonly fields?: HiddenFields
  readonly client: { readonly name: string; readonly url: string | null }
  /** Where the answer will go: what tells one application from another that bears its name. */
  readonly redirectUri: string
  readonly scopes: readonly ScopeText[]
  /** What the person has allowed this client before and not withdrawn, whether or not it is asked for again. */
  readonly allowedBefore?: readonly ScopeText[]
  readonly username: string
  /** A form that lets somebody else sign in for the same request. */
  readonly switchUser: { readonly action: string; readonly fields?: HiddenFields }
}

/** Shows who asks for what, and takes the answer. */
export function ConsentPage(props: ConsentPageProps): JSX.Element {
  const { ui, action, fields, scopes, username, switchUser } = props
  const { common, consent } = ui.messages
  const name = displayName(props.client.name)
  const device = destinationOf(props.redirectUri).kind === 'device'
  return (
    <Layout ui={ui} title={consent.title(name)} footer={consent.after(ui.theme.siteName)}>
      <Card>
        <div class="pair" aria-hidden="true">
          <Mark name={name} large />
          <span class="pair-line" />
          <SiteMark theme={ui.theme} large />
        </div>
        <h1>{consent.title(name)}</h1>
        <Requester {...props} />
        {device && <Alert kind="warning" text={consent.deviceWarning} advice={consent.deviceAdvice(name)} />}
        <Form ui={ui} action={action} fields={fields}>
          <ScopeChoices ui={ui} name={name} scopes={scopes} />
          <AllowedBefore ui={ui} name={name} scopes={props.allowedBefore ?? []} />
          <div class="actions">
            <Button kind="primary" name="authorize" value="Authorize">
              {consent.authorize}
            </Button>
            <Button name="authorize" value="False">
              {consent.cancel}
            </Button>
          </div>
        </Form>
        <Form ui={ui} action={switchUser.action} fields={switchUser.fields} class="account-row">
          <span>{common.signedInAs(username)}</span>
          <button class="text-button" type="submit">
            {consent.somebodyElse}
          </button>
        </Form>
      </Card>
    </Layout>
  )
}

/** Where the application says it is at home, and where the answer really goes. */
function Requester({ ui, client, redirectUri }: ConsentPageProps): JSX.Element {
  const { consent } = ui.messages
  const website = safeHref(client.url)
  const destination = destinationOf(redirectUri)
  const host = <strong>{destination.kind === 'web' ? destination.host : consent.onDevice}</strong>
  const link = website && (
    <a href={website} rel="noreferrer">
      {URL.parse(website)?.host}
    </a>
  )
  return (
    <Facts
      entries={[...(link ? [[consent.website, link] as const] : []), [consent.destination, host]]}
      layout="side"
    />
  )
}

/** One box for each scope, all ticked. */
function ScopeChoices(
  props: Pick<ConsentPageProps, 'ui' | 'scopes'> & { readonly name: string },
): JSX.Element {
  const { consent } = props.ui.messages
  return (
    <fieldset>
      <legend>{consent.asks(props.name)}</legend>
      <ul class="choices">
        {props.scopes.map(({ name, description }, index) => (
          <li>
            <Checkbox
              id={`scope-${index}`}
              name="scope"
              value={name}
              checked
              label={description ?? name}
              hint={description ? name : undefined}
            />
          </li>
        ))}
      </ul>
      {props.scopes.length > 1 && <p class="hint after">{consent.choose}</p>}
    </fieldset>
  )
}

/** What an older consent allows: the answer replaces it for every scope that has a box. */
function AllowedBefore({
  name,
  scopes,
  ui,
}: Pick<ConsentPageProps, 'ui' | 'scopes'> & { readonly name: string }): JSX.Element | null {
  const { consent } = ui.messages
  if (scopes.length === 0) return null
  return (
    <p class="hint after">
      {consent.before(name)} {scopes.map((scope) => scope.description ?? scope.name).join(', ')}.{' '}
      {consent.beforeAdvice}
    </p>
  )
}
