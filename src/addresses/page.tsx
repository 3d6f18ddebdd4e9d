import type { JSX } from 'hono/jsx/jsx-runtime'
import { mailMessages } from '../letters/messages.ts'
import {
  Alert,
  Button,
  ButtonLink,
  Card,
  Field,
  Form,
  type HiddenFields,
  type Notice,
} from '../ui/components.tsx'
import { Layout } from '../ui/layout.tsx'
import type { Ui } from '../ui/theme.ts'

/** What the page about a user's address shows. */
export interface AddressPageProps {
  readonly ui: Ui
  /** The URL to which every form of the page is posted: `intent` and its fields. */
  readonly action: string
  /** Such as the id of the captured request. */
  readonly fields?: HiddenFields
  /** The address of the account; null if it has none. */
  readonly address: string | null
  readonly isVerified: boolean
  /** Where a code was sent that is still valid; null if there is none. */
  readonly sentTo: string | null
  /** Where the user authenticates again before changing the address; null if the sign-in is recent. */
  readonly confirmUrl: string | null
  readonly notice: Notice | null
  /** Problems by field. */
  readonly errors: AddressErrors
  /** The new address, as typed. */
  readonly typed?: string | undefined
  /** Where to continue. */
  readonly next: { readonly url: string; readonly label: string }
}

/** Problems by field. */
export interface AddressErrors {
  readonly code?: string
  readonly email?: string
}

/** The address of the account: whether it is verified, a form for its code, and one to change it. */
export function AddressPage(props: AddressPageProps): JSX.Element {
  const { address, errors, isVerified, next, notice, sentTo, ui } = props
  const addresses = mailMessages(ui.messages).addresses
  const failed = notice?.kind === 'error' || Object.keys(errors).length > 0
  return (
    <Layout ui={ui} title={addresses.title} failed={failed}>
      <Card>
        <h1>{addresses.title}</h1>
        {notice && <Alert {...notice} />}
        {address !== null && (
          <p class="account-row">
            <span>{address}</span>
            <span class={isVerified ? 'badge' : 'muted'}>
              {isVerified ? addresses.verified : addresses.notVerified}
            </span>
          </p>
        )}
        {sentTo === null ? <AskForCode {...props} /> : <TypeCode {...props} sentTo={sentTo} />}
        <AnotherAddress {...props} />
        <p class="small">
          <a href={next.url}>{next.label}</a>
        </p>
      </Card>
    </Layout>
  )
}

function AskForCode({ action, address, fields, isVerified, ui }: AddressPageProps): JSX.Element | null {
  const addresses = mailMessages(ui.messages).addresses
  if (address === null || isVerified) return null
  return (
    <Form ui={ui} action={action} fields={{ ...fields, intent: 'send' }}>
      <p>{addresses.proveHint}</p>
      <Button kind="primary">{addresses.send}</Button>
    </Form>
  )
}

function TypeCode({
  action,
  errors,
  fields,
  sentTo,
  ui,
}: AddressPageProps & { readonly sentTo: string }): JSX.Element {
  const addresses = mailMessages(ui.messages).addresses
  return (
    <>
      <p>{addresses.sentTo(sentTo)}</p>
      <Form ui={ui} action={action} fields={{ ...fields, intent: 'code' }}>
        <Field
          name="code"
          label={addresses.code}
          inputmode="numeric"
          autocomplete="one-time-code"
          error={errors.code}
          autofocus
        />
        <Button kind="primary">{addresses.confirm}</Button>
      </Form>
      <Form ui={ui} action={action} fields={{ ...fields, intent: 'send', email: sentTo }}>
        <button type="submit" class="text-button small">
          {addresses.again}
        </button>
      </Form>
    </>
  )
}

function AnotherAddress(props: AddressPageProps): JSX.Element {
  const { action, address, confirmUrl, errors, fields, typed, ui } = props
  const addresses = mailMessages(ui.messages).addresses
  return (
    <details open={errors.email !== undefined || address === null}>
      <summary>{address === null ? addresses.add : addresses.change}</summary>
      {confirmUrl === null ? (
        <Form ui={ui} action={action} fields={{ ...fields, intent: 'send' }}>
          <Field
            name="email"
            label={addresses.newAddress}
            type="email"
            value={typed}
            autocomplete="email"
            hint={addresses.changeHint}
            error={errors.email}
          />
          <Button>{addresses.sendTo}</Button>
        </Form>
      ) : (
        <div class="stack">
          <p>{addresses.confirmFirst}</p>
          <ButtonLink href={confirmUrl}>{addresses.confirmIt}</ButtonLink>
        </div>
      )}
    </details>
  )
}

/** What the page of a link shows. */
export interface ConfirmAddressPageProps {
  readonly ui: Ui
  readonly action: string
  readonly token: string
  /** The address that the link verifies, and the user it is for. */
  readonly address: string
  readonly username: string
}

/** Asks before a link verifies anything, so that programs that open links verify nothing. */
export function ConfirmAddressPage(props: ConfirmAddressPageProps): JSX.Element {
  const { action, address, token, ui, username } = props
  const addresses = mailMessages(ui.messages).addresses
  return (
    <Layout ui={ui} title={addresses.confirmTitle}>
      <Card>
        <h1>{addresses.confirmTitle}</h1>
        <p>{addresses.confirmText(address, username)}</p>
        <Form ui={ui} action={action} fields={{ intent: 'link', token }}>
          <Button kind="primary">{addresses.confirm}</Button>
        </Form>
      </Card>
    </Layout>
  )
}

/** What the page of a useless link shows. */
export interface DeadLinkPageProps {
  readonly ui: Ui
  readonly text: string
  readonly advice: string
  readonly next: { readonly url: string; readonly label: string }
}

/** Explains that a link is of no use here, and what to do instead. */
export function DeadLinkPage({ advice, next, text, ui }: DeadLinkPageProps): JSX.Element {
  const mail = mailMessages(ui.messages).mail
  return (
    <Layout ui={ui} title={mail.deadTitle} failed>
      <Card>
        <h1>{mail.deadTitle}</h1>
        <Alert kind="warning" text={text} advice={advice} />
        <ButtonLink href={next.url}>{next.label}</ButtonLink>
      </Card>
    </Layout>
  )
}
