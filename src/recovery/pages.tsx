import type { JSX } from 'hono/jsx/jsx-runtime'
import { mailMessages } from '../letters/messages.ts'
import { NewPasswordFields } from '../pages/new-password-fields.tsx'
import type { OtherWay } from '../store/mail-links.ts'
import {
  Alert,
  Button,
  ButtonLink,
  Card,
  Checkbox,
  Field,
  Form,
  type HiddenFields,
  type Notice,
} from '../ui/components.tsx'
import { instantOf } from '../ui/instant.ts'
import { Layout } from '../ui/layout.tsx'
import { displayName } from '../ui/links.ts'
import type { Ui } from '../ui/theme.ts'

/** A link of a page. */
export interface PageLink {
  readonly url: string
  readonly label: string
}

/** What a page shows that asks for a recipient of a mail. */
export interface AskPageProps {
  readonly ui: Ui
  readonly title: string
  readonly hint: string
  readonly submit: string
  /** The URL to which the form is posted: `identifier`. */
  readonly action: string
  readonly fields: HiddenFields
  readonly identifier: string | undefined
  readonly notice: Notice | null
  readonly back: PageLink
  /** What checks who sends the form. */
  readonly guards: readonly JSX.Element[]
}

/** Asks for a name or an address to send a mail to. */
export function AskPage(props: AskPageProps): JSX.Element {
  const { action, back, fields, guards, hint, identifier, notice, submit, title, ui } = props
  return (
    <Layout ui={ui} title={title} failed={notice?.kind === 'error'}>
      <Card>
        <h1>{title}</h1>
        <p class="muted">{hint}</p>
        {notice && <Alert {...notice} />}
        <Form ui={ui} action={action} fields={fields}>
          <Field
            name="identifier"
            label={mailMessages(ui.messages).mail.identifier}
            value={identifier}
            autocomplete="username"
            autofocus
          />
          {[...guards]}
          <Button kind="primary">{submit}</Button>
        </Form>
        <p class="small">
          <a href={back.url}>{back.label}</a>
        </p>
      </Card>
    </Layout>
  )
}

/** What a page with a message and links shows. */
export interface SayPageProps {
  readonly ui: Ui
  readonly title: string
  readonly texts: readonly string[]
  readonly failed?: boolean
  readonly next: PageLink
}

/** Shows a message and links. */
export function SayPage({ failed = false, next, texts, title, ui }: SayPageProps): JSX.Element {
  const [first = '', ...others] = texts
  return (
    <Layout ui={ui} title={title} failed={failed}>
      <Card>
        <h1>{title}</h1>
        <Alert kind={failed ? 'warning' : 'info'} text={first} />
        {others.map((text) => (
          <p>{text}</p>
        ))}
        <ButtonLink href={next.url}>{next.label}</ButtonLink>
      </Card>
    </Layout>
  )
}

/** What the page for a new password shows. */
export interface NewPasswordPageProps {
  readonly ui: Ui
  /** The URL to which the form is posted: `token`, `new_password`, `repeated_password`, and `keep` of each other way that stays. */
  readonly action: string
  readonly token: string
  /** Whose password it is. */
  readonly username: string
  /** How this person signs in otherwise. */
  readonly others: readonly OtherWay[]
  /** Ids of those that are ticked. */
  readonly kept: readonly string[]
  readonly minPasswordLength: number
  readonly errors: { readonly password?: string; readonly repeated?: string }
}

/** Asks for the new password of an account. */
export function NewPasswordPage(props: NewPasswordPageProps): JSX.Element {
  const { action, errors, kept, minPasswordLength, others, token, ui, username } = props
  const { account } = ui.messages
  const recovery = mailMessages(ui.messages).recovery
  return (
    <Layout ui={ui} title={recovery.newTitle} failed={Object.keys(errors).length > 0}>
      <Card>
        <h1>{recovery.newTitle}</h1>
        <p class="muted">{recovery.newHint(username)}</p>
        <Form ui={ui} action={action} fields={{ token }}>
          {/* Tells password managers whose password this is (W3C, HTML autofill). */}
          <input type="text" autocomplete="username" value={username} readonly hidden />
          <NewPasswordFields
            ui={ui}
            minPasswordLength={minPasswordLength}
            errors={errors}
            first="new_password"
          />
          {others.length > 0 && (
            <fieldset>
              <legend>{recovery.others}</legend>
              <ul class="choices">
                {others.map(({ id, name, provider, since }, index) => (
                  <li>
                    <Checkbox
                      id={`keep-${index}`}
                      name="keep"
                      value={id}
                      checked={kept.includes(id)}
                      label={
                        provider === null
                          ? recovery.passkey(displayName(name))
                          : recovery.linkedAccount(displayName(provider), displayName(name))
                      }
                      hint={instantOf(since, ui.messages, ui.timeZone)[1]}
                    />
                  </li>
                ))}
              </ul>
            </fieldset>
          )}
          <Button kind="primary">{account.changePasswordSubmit}</Button>
        </Form>
      </Card>
    </Layout>
  )
}

/** What the page for the code of a mail shows. */
export interface CodePageProps {
  readonly ui: Ui
  readonly action: string
  readonly fields: HiddenFields
  readonly error: string | undefined
  readonly again: PageLink
}

/** Asks for the code from the mail. */
export function CodePage({ action, again, error, fields, ui }: CodePageProps): JSX.Element {
  const signInLink = mailMessages(ui.messages).signInLink
  return (
    <Layout ui={ui} title={signInLink.codeTitle} failed={error !== undefined}>
      <Card>
        <h1>{signInLink.codeTitle}</h1>
        <p>{signInLink.sent}</p>
        <Form ui={ui} action={action} fields={{ ...fields, intent: 'code' }}>
          <Field
            name="code"
            label={mailMessages(ui.messages).addresses.code}
            autocomplete="one-time-code"
            error={error}
            autofocus
          />
          <Button kind="primary">{ui.messages.login.submit}</Button>
        </Form>
        <p class="small">
          <a href={again.url}>{again.label}</a>
        </p>
      </Card>
    </Layout>
  )
}

/** What the page of a link for a sign-in shows. */
export interface EnterPageProps {
  readonly ui: Ui
  readonly action: string
  readonly fields: HiddenFields
  readonly hint: string
  readonly token: string
}

/** Asks before a link signs anybody in, so that programs that open links sign nobody in. */
export function EnterPage({ action, fields, hint, token, ui }: EnterPageProps): JSX.Element {
  const { login } = ui.messages
  return (
    <Layout ui={ui} title={login.title}>
      <Card>
        <h1>{login.title}</h1>
        <p>{hint}</p>
        <Form ui={ui} action={action} fields={{ ...fields, intent: 'link', token }}>
          <Button kind="primary">{login.submit}</Button>
        </Form>
      </Card>
    </Layout>
  )
}
