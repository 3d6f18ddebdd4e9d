import type { JSX } from 'hono/jsx/jsx-runtime'
import { ConsentButtons, ResourceNames, type ScopeText, ScopeChoices } from '../pages/consent.tsx'
import { Alert, Button, Card, Facts, Field, Form, Mark, type Notice, Time } from '../ui/components.tsx'
import { Layout, SiteMark } from '../ui/layout.tsx'
import { displayName, safeHref } from '../ui/links.ts'
import type { Ui } from '../ui/theme.ts'
import type { DeviceMessages } from './messages-en.ts'

interface DevicePageProps {
  readonly ui: Ui
  readonly texts: DeviceMessages
  /** The URL to which the form is posted. */
  readonly action: string
}

/** Asks for the code that a device shows. */
export function DeviceCodePage(
  props: DevicePageProps & {
    /** From the address; empty if it has none. */
    readonly code: string
    readonly error?: string | undefined
    readonly notice?: Notice | undefined
  },
): JSX.Element {
  const { action, code, error, notice, texts, ui } = props
  const isPrefilled = code !== '' && error === undefined && notice === undefined
  return (
    <Layout ui={ui} title={texts.title}>
      <Card>
        <h1>{texts.title}</h1>
        {notice && <Alert {...notice} />}
        <p>{isPrefilled ? texts.prefilled : texts.intro}</p>
        <Form ui={ui} action={action} fields={{ intent: 'find' }}>
          <Field
            name="user_code"
            label={texts.code}
            hint={texts.codeHint}
            value={code}
            error={error}
            autocomplete="off"
            autofocus
          />
          <div class="actions">
            <Button kind="primary">{texts.submit}</Button>
          </div>
        </Form>
      </Card>
    </Layout>
  )
}

/**
 * Asks whether a device may have access, in the words of the consent page, and helps to distinguish a stranger's device from
 * one's own.
 */
export function DeviceConsentPage(
  props: DevicePageProps & {
    /** As shown to people. */
    readonly code: string
    readonly client: { readonly name: string; readonly url: string | null }
    readonly scopes: readonly ScopeText[]
    readonly resources: readonly { readonly name: string; readonly identifier: string }[]
    /** Seconds since 1970. */
    readonly askedAt: number
    /** The device's and the person's own network; null if unknown. */
    readonly network: string | null
    readonly ownNetwork: string | null
    readonly username: string
  },
): JSX.Element {
  const { action, askedAt, client, code, network, ownNetwork, resources, scopes, texts, ui, username } = props
  const { common, consent } = ui.messages
  const name = displayName(client.name)
  const website = safeHref(client.url)
  const isElsewhere = network !== null && ownNetwork !== null && network !== ownNetwork
  const origin =
    network === null ? texts.unknownNetwork : network === ownNetwork ? texts.sameNetwork(network) : network
  return (
    <Layout ui={ui} title={texts.confirmTitle(name)}>
      <Card>
        <div class="pair" aria-hidden="true">
          <Mark name={name} large />
          <span class="pair-line" />
          <SiteMark theme={ui.theme} large />
        </div>
        <h1>{texts.confirmTitle(name)}</h1>
        <Facts
          entries={[
            [texts.sameCode, <strong>{code}</strong>],
            ...(website === null
              ? []
              : [
                  [
                    consent.website,
                    <a href={website} rel="noreferrer">
                      {URL.parse(website)?.host}
                    </a>,
                  ] as const,
                ]),
            ...(resources.length > 0
              ? [[consent.resources, <ResourceNames resources={resources} />] as const]
              : []),
            [texts.from, origin],
            [texts.asked, <Time at={askedAt} messages={ui.messages} zone={ui.timeZone} />],
          ]}
        />
        <Alert kind="warning" text={texts.warning(name)} advice={texts.warningAdvice} />
        {isElsewhere && <Alert kind="warning" text={texts.otherNetwork(network)} />}
        <Form ui={ui} action={action} fields={{ intent: 'answer', user_code: code }}>
          <ScopeChoices ui={ui} name={name} scopes={scopes} />
          <ConsentButtons ui={ui} />
        </Form>
        <p class="hint">{common.signedInAs(username)}</p>
      </Card>
    </Layout>
  )
}

/** Shows the result for a device. */
export function DeviceDonePage(props: {
  readonly ui: Ui
  readonly title: string
  readonly notice: Notice
  readonly accountUrl: string
  readonly link: string
}): JSX.Element {
  return (
    <Layout ui={props.ui} title={props.title}>
      <Card>
        <h1>{props.title}</h1>
        <Alert {...props.notice} />
        <p>
          <a href={props.accountUrl}>{props.link}</a>
        </p>
      </Card>
    </Layout>
  )
}
