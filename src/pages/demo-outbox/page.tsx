import type { JSX } from 'hono/jsx/jsx-runtime'
import { timeOfId } from '../../crypto/bytes.ts'
import type { KeptMail } from '../../store/outbox.ts'
import { Facts, Time } from '../../ui/components.tsx'
import { Layout } from '../../ui/layout.tsx'
import type { Ui } from '../../ui/theme.ts'
import { outboxMessages } from './messages.ts'

/** What the page with the mail of the local demo shows. */
export interface OutboxPageProps {
  readonly ui: Ui
  /** Newest first. */
  readonly mails: readonly KeptMail[]
  /** The address of our links; no other address becomes a link. */
  readonly origin: string
}

/** The mail that the local demo would have sent. */
export function OutboxPage({ origin, mails, ui }: OutboxPageProps): JSX.Element {
  const outbox = outboxMessages(ui.messages)
  return (
    <Layout ui={ui} title={outbox.title} wide>
      <div class="page-title stack">
        <h1>{outbox.title}</h1>
        <p class="muted">{outbox.hint}</p>
      </div>
      {mails.length === 0 && (
        <div class="empty">
          <h2>{outbox.empty}</h2>
          <p>{outbox.emptyHint}</p>
        </div>
      )}
      {mails.length > 0 && (
        <ul class="items">
          {mails.map((mail) => (
            <li class="stack">
              <h2>{mail.subject}</h2>
              <Facts
                entries={[
                  [outbox.to, mail.to],
                  [outbox.from, `${mail.from.name} <${mail.from.email}>`],
                  [outbox.sent, <Time at={timeOfId(mail.id)} messages={ui.messages} />],
                ]}
              />
              <div class="code">{linked(mail.text, origin)}</div>
            </li>
          ))}
        </ul>
      )}
    </Layout>
  )
}

/** A text in which lines with our addresses are links. */
function linked(text: string, origin: string): readonly (JSX.Element | string)[] {
  return text
    .trimEnd()
    .split('\n')
    .flatMap((line) => [line.startsWith(`${origin}/`) ? <a href={line}>{line}</a> : line, '\n'])
}
