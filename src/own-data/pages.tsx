import type { JSX } from 'hono/jsx/jsx-runtime'
import type { AccountEvent } from '../store/own-data-store.ts'
import { Button, ButtonLink, Card, Checkbox, EmptyState, Form, Section, Time } from '../ui/components.tsx'
import { Layout } from '../ui/layout.tsx'
import { displayName } from '../ui/links.ts'
import type { Ui } from '../ui/theme.ts'
import { ownDataMessages } from './messages.ts'

/** What the page of activity and data shows. */
export interface OwnDataPageProps {
  readonly ui: Ui
  readonly action: string
  readonly events: readonly AccountEvent[]
  /** Where the user must authenticate first; null if that is done. */
  readonly confirmUrl: string | null
  /** For how many days a deletion can be undone; 0 if people cannot delete their accounts. */
  readonly days: number
  /** Whether the box was not ticked. */
  readonly notSure: boolean
  readonly accountUrl: string
}

/** Shows what happened to an account, what is stored about it, and how to delete it. */
export function OwnDataPage(props: OwnDataPageProps): JSX.Element {
  const { accountUrl, action, confirmUrl, days, events, notSure, ui } = props
  const texts = ownDataMessages(ui.messages)
  return (
    <Layout ui={ui} title={texts.title} failed={notSure} wide>
      <div class="page-title stack">
        <h1>{texts.title}</h1>
        <p>
          <a href={accountUrl}>{texts.back}</a>
        </p>
      </div>
      <Section id="activity" title={texts.activity}>
        <Events ui={ui} events={events} />
      </Section>
      <Section id="data" title={texts.data}>
        <div class="box stack">
          <p>{texts.dataText}</p>
          {confirmUrl === null ? (
            <Form ui={ui} action={action} fields={{ intent: 'download' }}>
              <div class="row">
                <Button kind="primary">{texts.download}</Button>
              </div>
            </Form>
          ) : (
            <ConfirmFirst ui={ui} url={confirmUrl} />
          )}
        </div>
      </Section>
      {days > 0 && (
        <Section id="deletion" title={texts.deletion}>
          <div class="box stack">
            <p>{texts.deletionText(days)}</p>
            {confirmUrl === null ? (
              <Form ui={ui} action={action} fields={{ intent: 'delete' }}>
                <Checkbox
                  id="sure"
                  name="sure"
                  value="yes"
                  checked={false}
                  label={texts.sure}
                  error={notSure ? texts.notSure : undefined}
                  autofocus={notSure}
                />
                <div class="row">
                  <Button kind="danger">{texts.deleteSubmit}</Button>
                </div>
              </Form>
            ) : (
              <ConfirmFirst ui={ui} url={confirmUrl} />
            )}
          </div>
        </Section>
      )}
    </Layout>
  )
}

function ConfirmFirst({ ui, url }: { readonly ui: Ui; readonly url: string }): JSX.Element {
  const texts = ownDataMessages(ui.messages)
  return (
    <>
      <p>{texts.confirmFirst}</p>
      <div class="row">
        <ButtonLink href={url}>{texts.confirm}</ButtonLink>
      </div>
    </>
  )
}

function Events({ events, ui }: { readonly ui: Ui; readonly events: readonly AccountEvent[] }): JSX.Element {
  const texts = ownDataMessages(ui.messages)
  // Events without a text, such as the provider's own work, are of no use to the person.
  const said = events.flatMap((event) => {
    const text = texts.events[event.type]
    return text === undefined ? [] : [{ ...event, text }]
  })
  if (said.length === 0) return <EmptyState title={texts.noActivity} hint={texts.noActivityHint} />
  return (
    <ul class="items">
      {said.map(({ at, clientName, network, own, text }) => (
        <li>
          <p>
            {clientName === null ? text : `${text}: ${displayName(clientName)}`}
            {own ? '' : ` (${texts.byStaff})`}
          </p>
          <p class="muted small">
            <Time at={at} messages={ui.messages} zone={ui.timeZone} />
            {network === null ? '' : ` · ${network}`}
          </p>
        </li>
      ))}
    </ul>
  )
}

/** Tells a user who was just signed out when the account will be deleted. */
export function DeletionPage({
  at,
  loginUrl,
  ui,
}: {
  readonly ui: Ui
  readonly at: number
  readonly loginUrl: string
}): JSX.Element {
  const { common } = ui.messages
  const texts = ownDataMessages(ui.messages)
  const when = new Intl.DateTimeFormat(ui.messages.lang, { dateStyle: 'long', timeZone: 'UTC' }).format(
    at * 1000,
  )
  return (
    <Layout ui={ui} title={texts.goneTitle}>
      <Card>
        <h1>{texts.goneTitle}</h1>
        <p>{texts.goneText(when)}</p>
        <ButtonLink href={loginUrl}>{common.signIn}</ButtonLink>
      </Card>
    </Layout>
  )
}
