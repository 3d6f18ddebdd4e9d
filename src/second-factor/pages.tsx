import type { Child } from 'hono/jsx'
import type { JSX } from 'hono/jsx/jsx-runtime'
import type { SecondFactorOfUser } from '../store/second-factor-store.ts'
import {
  Alert,
  Button,
  ButtonLink,
  Card,
  Checkbox,
  EmptyState,
  Facts,
  Field,
  Form,
  type HiddenFields,
  type Notice,
  Time,
} from '../ui/components.tsx'
import { Layout } from '../ui/layout.tsx'
import type { Ui } from '../ui/theme.ts'
import { describeUserAgent } from '../ui/user-agent.ts'
import { secondFactorMessages } from './messages.ts'
import { QrCode } from './qr-code.tsx'

/** The URL and hidden fields of a form. */
interface Posted {
  readonly ui: Ui
  readonly action: string
  /** Such as the id of the captured request. */
  readonly fields: HiddenFields
}

interface AskPageProps extends Posted {
  /** Whether the user has one-time codes. */
  readonly hasCodes: boolean
  /** Whether a recovery code is asked for. */
  readonly recovery: boolean
  /** Where to use the other one instead. */
  readonly insteadUrl: string
  /** For how many days the browser may be remembered; 0 if it may not. */
  readonly rememberDays: number
  readonly problem: string | null
  /** Features' replacements, such as a passkey. */
  readonly others: readonly JSX.Element[]
  readonly logoutUrl: string
}

/** Asks for the second factor. */
export function AskPage(props: AskPageProps): JSX.Element {
  const { action, fields, hasCodes, others, problem, recovery, rememberDays, ui } = props
  const texts = secondFactorMessages(ui.messages)
  return (
    <Layout ui={ui} title={texts.askTitle} failed={problem !== null}>
      <Card>
        <h1>{texts.askTitle}</h1>
        <p>{hasCodes ? (recovery ? texts.askRecovery : texts.ask) : texts.passkeyOnly}</p>
        {hasCodes && (
          <Form ui={ui} action={action} fields={fields}>
            <CodeField recovery={recovery} ui={ui} problem={problem} />
            {rememberDays > 0 && (
              <Checkbox
                id="remember"
                name="remember"
                value="yes"
                checked={false}
                label={texts.remember(rememberDays)}
              />
            )}
            <Button kind="primary">{texts.submit}</Button>
          </Form>
        )}
        {[...others]}
        {hasCodes && (
          <p class="small">
            <a href={props.insteadUrl}>{recovery ? texts.useApp : texts.useRecovery}</a>
          </p>
        )}
        <p class="muted small">{texts.lost}</p>
        <Form ui={ui} action={props.logoutUrl} fields={fields}>
          <button type="submit" class="text-button small">
            {texts.other}
          </button>
        </Form>
      </Card>
    </Layout>
  )
}

function CodeField({
  problem,
  recovery,
  ui,
}: {
  readonly ui: Ui
  readonly recovery: boolean
  readonly problem: string | null
}): JSX.Element {
  const texts = secondFactorMessages(ui.messages)
  return (
    <Field
      name="code"
      label={recovery ? texts.recoveryCode : texts.code}
      autocomplete={recovery ? 'off' : 'one-time-code'}
      {...(recovery ? {} : { inputmode: 'numeric' as const })}
      error={problem ?? undefined}
      autofocus
    />
  )
}

interface SetUpPageProps extends Posted {
  readonly uri: string
  readonly secret: string
  /** Why it is shown, if the user did not ask for it. */
  readonly why: string | null
  readonly problem: string | null
}

/** Shows a new key to an app, and asks for its first code. */
export function SetUpPage({ action, fields, problem, secret, ui, uri, why }: SetUpPageProps): JSX.Element {
  const texts = secondFactorMessages(ui.messages)
  return (
    <Layout ui={ui} title={texts.setUpTitle} failed={problem !== null}>
      <Card>
        <h1>{texts.setUpTitle}</h1>
        {why !== null && <Alert kind="info" text={why} />}
        <p>{texts.scan}</p>
        <p class="pair">
          <QrCode text={uri} label={texts.qr} />
        </p>
        <div>
          <p class="muted small">{texts.key}</p>
          <code>{secret.match(/.{1,4}/g)?.join(' ')}</code>
        </div>
        <Form ui={ui} action={action} fields={fields}>
          <CodeField recovery={false} ui={ui} problem={problem} />
          <Button kind="primary">{texts.setUpSubmit}</Button>
        </Form>
      </Card>
    </Layout>
  )
}

/** Shows recovery codes, once. */
export function CodesPage({
  codes,
  nextUrl,
  ui,
}: {
  readonly ui: Ui
  readonly codes: readonly string[]
  readonly nextUrl: string
}): JSX.Element {
  const texts = secondFactorMessages(ui.messages)
  return (
    <Layout ui={ui} title={texts.codesTitle}>
      <Card>
        <h1>{texts.codesTitle}</h1>
        <p>{texts.codesText}</p>
        <ul class="code codes">
          {codes.map((code) => (
            <li>
              <code>{code}</code>
            </li>
          ))}
        </ul>
        <ButtonLink href={nextUrl} kind="primary">
          {texts.codesDone}
        </ButtonLink>
      </Card>
    </Layout>
  )
}

interface ManagePageProps extends SecondFactorOfUser {
  readonly ui: Ui
  readonly action: string
  readonly notice: Notice | null
  readonly isDemanded: boolean
  readonly accountUrl: string
}

/** A user's second factor: on or off, recovery codes, remembered browsers. */
export function ManagePage(props: ManagePageProps): JSX.Element {
  const { accountUrl, action, isDemanded, notice, since, ui } = props
  const texts = secondFactorMessages(ui.messages)
  const ask = (intent: string, button: Child): JSX.Element => (
    <Form ui={ui} action={action} fields={{ intent }}>
      {button}
    </Form>
  )
  return (
    <Layout ui={ui} title={texts.title} failed={notice?.kind === 'error'}>
      <Card>
        <h1>{texts.title}</h1>
        <p class="muted">{texts.hint}</p>
        {notice && <Alert {...notice} />}
        {since === null ? (
          <>
            <EmptyState title={texts.off} hint={texts.offHint} level={2} />
            {ask('set-up', <Button kind="primary">{texts.setUp}</Button>)}
          </>
        ) : (
          <>
            <Facts
              entries={[
                [texts.since, <Time at={since} messages={ui.messages} zone={ui.timeZone} />],
                [texts.codesLeft, String(props.recoveryCodesLeft)],
              ]}
            />
            {ask('renew', <Button>{texts.renew}</Button>)}
            <Browsers {...props} />
            {isDemanded ? (
              <p class="muted small">{texts.isRequired}</p>
            ) : (
              <div class="apart">{ask('turn-off', <Button kind="danger">{texts.turnOff}</Button>)}</div>
            )}
          </>
        )}
        <p class="small">
          <a href={accountUrl}>{texts.back}</a>
        </p>
      </Card>
    </Layout>
  )
}

function Browsers({ action, browsers, ui }: ManagePageProps): JSX.Element {
  const texts = secondFactorMessages(ui.messages)
  return (
    <>
      <h2>{texts.browsers}</h2>
      {browsers.length === 0 ? (
        <p class="muted">{texts.noBrowsers}</p>
      ) : (
        <ul class="items">
          {browsers.map(({ expiresAt, idHash, userAgent }) => {
            const device = describeUserAgent(userAgent, ui.messages)
            return (
              <li class="stack">
                <h3>{device}</h3>
                <Facts
                  entries={[[texts.until, <Time at={expiresAt} messages={ui.messages} zone={ui.timeZone} />]]}
                />
                <Form ui={ui} action={action} fields={{ intent: 'forget', browser: idHash }}>
                  <div class="row">
                    <Button label={texts.forgetOf(device)}>{texts.forget}</Button>
                  </div>
                </Form>
              </li>
            )
          })}
        </ul>
      )}
    </>
  )
}
