import type { JSX } from 'hono/jsx/jsx-runtime'
import { Alert, Button, Card, Checkbox, Facts, Form, type HiddenFields } from '../ui/components.tsx'
import { Layout, SiteMark } from '../ui/layout.tsx'
import { destinationOf, displayName, documentHost, loopbackHost, safeHref } from '../ui/links.ts'
import type { Ui } from '../ui/theme.ts'
import { type ClientAbout, ClientLinks, ClientMark } from './client-about.tsx'

/** A scope as people see it. */
export interface ScopeText {
  readonly name: string
  /** From the database; null shows only the name. */
  readonly description: string | null
}

/** What the consent page shows. */
export interface ConsentPageProps {
  readonly ui: Ui
  /** The URL to which the answer is posted: `authorize` (`Authorize` or `False`) and `scope`, once for each ticked box. */
  readonly action: string
  /** Such as the id of the captured request. */
  readonly fields?: HiddenFields
  readonly client: {
    readonly name: string
    readonly url: string | null
    /** The address of the document that describes it, if it has one; its host is shown. */
    readonly clientId?: string
    readonly about?: ClientAbout
    readonly redirectUris?: readonly string[]
  }
  /** Where the answer will go, which distinguishes applications of the same name. */
  readonly redirectUri: string
  /** The resources that the access is for, as people know them; undefined if the request names none. */
  readonly resources?: readonly { readonly name: string; readonly identifier: string }[]
  readonly scopes: readonly ScopeText[]
  /** What the person has allowed this client before and not withdrawn, whether or not it is requested again. */
  readonly allowedBefore?: readonly ScopeText[]
  readonly username: string
  /** Where a consent can be withdrawn. */
  readonly accountUrl?: string
  /** A form that lets somebody else sign in for the same request. */
  readonly switchUser: { readonly action: string; readonly fields?: HiddenFields }
}

/** Shows who requests what, and asks for the answer. */
export function ConsentPage(props: ConsentPageProps): JSX.Element {
  const { accountUrl, ui, action, fields, scopes, username, switchUser } = props
  const { common, consent } = ui.messages
  const name = displayName(props.client.name)
  const origin = documentHost(props.client.clientId)
  return (
    <Layout ui={ui} title={consent.title(name)}>
      <Card>
        <div class="pair" aria-hidden="true">
          <ClientMark name={name} about={props.client.about} />
          <span class="pair-line" />
          <SiteMark theme={ui.theme} large />
        </div>
        <h1>{consent.title(name)}</h1>
        <Doubts {...props} name={name} origin={origin} />
        <Form ui={ui} action={action} fields={fields}>
          <ScopeChoices ui={ui} name={name} scopes={scopes} />
          <AllowedBefore ui={ui} name={name} scopes={props.allowedBefore ?? []} />
          <Requester {...props} />
          <ClientLinks ui={ui} name={name} about={props.client.about} />
          <ConsentButtons ui={ui} {...(accountUrl !== undefined && { accountUrl })} />
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

/** What a person should consider before sending the answer there. */
function Doubts({
  client,
  name,
  origin,
  redirectUri,
  ui,
}: ConsentPageProps & { readonly name: string; readonly origin: string | null }): JSX.Element | null {
  const { consent } = ui.messages
  const destination = destinationOf(redirectUri)
  if (destination.kind === 'device') {
    const isLocal = client.redirectUris?.every((uri) => destinationOf(uri).kind === 'device') ?? false
    const advice = origin !== null && isLocal ? consent.localAdvice(name, origin) : consent.deviceAdvice(name)
    return <Alert kind="warning" text={consent.deviceWarning} advice={advice} />
  }
  if (origin === null || destination.host === origin) return null
  const text = consent.elsewhere(destination.host, origin)
  return <Alert kind="warning" text={text} advice={consent.elsewhereAdvice(name)} />
}

/** Who vouches for the application, its claimed home page, and where the answer really goes. */
function Requester({ ui, client, redirectUri, resources = [] }: ConsentPageProps): JSX.Element {
  const { consent } = ui.messages
  const origin = documentHost(client.clientId)
  const website = safeHref(client.url)
  const home = website === null ? undefined : URL.parse(website)?.host
  const destination = destinationOf(redirectUri)
  const host = (
    <strong>
      {destination.kind === 'web' ? destination.host : consent.onDevice(loopbackHost(redirectUri))}
    </strong>
  )
  // A document vouches only for its own host.
  const link = website !== null && (origin === null || home === origin) && (
    <a href={website} rel="noreferrer">
      {home}
    </a>
  )
  return (
    <Facts
      entries={[
        ...(origin === null ? [] : [[consent.origin, <strong>{origin}</strong>] as const]),
        ...(link ? [[consent.website, link] as const] : []),
        [consent.destination, host],
        ...(resources.length > 0
          ? [[consent.resources, <ResourceNames resources={resources} />] as const]
          : []),
      ]}
    />
  )
}

/** The resources of the access: the name that staff have given each, and its host. */
export function ResourceNames({ resources }: Required<Pick<ConsentPageProps, 'resources'>>): JSX.Element {
  return (
    <>
      {resources.map(({ identifier, name }, index) => (
        <>
          {index > 0 && <br />}
          <strong>{name}</strong> <span class="muted">{URL.parse(identifier)?.host || identifier}</span>
        </>
      ))}
    </>
  )
}

/** Allows what is asked, or does not, and says that it can be taken back. */
export function ConsentButtons({ accountUrl, ui }: Pick<ConsentPageProps, 'accountUrl' | 'ui'>): JSX.Element {
  const { consent } = ui.messages
  const [before, page, after] = consent.after
  return (
    <>
      <div class="actions">
        <Button kind="primary" name="authorize" value="Authorize">
          {consent.authorize}
        </Button>
        <Button name="authorize" value="False">
          {consent.cancel}
        </Button>
      </div>
      <p class="hint">
        {before}
        {accountUrl ? <a href={accountUrl}>{page}</a> : page}
        {after}
      </p>
    </>
  )
}

/** One box for each scope, all ticked. */
export function ScopeChoices(
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

/** What an older consent allows; the answer replaces it for every scope that has a box. */
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
