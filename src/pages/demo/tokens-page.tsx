import type { JSX } from 'hono/jsx/jsx-runtime'
import { ButtonLink, Card, Facts } from '../../ui/components.tsx'
import { Layout } from '../../ui/layout.tsx'
import type { Ui } from '../../ui/theme.ts'
import { demoMessages } from './messages.ts'

/** A command to paste, and its purpose. */
export interface DemoCommand {
  /** The demo's text that describes it. */
  readonly purpose: 'callApi' | 'introspect' | 'refresh' | 'revoke'
  readonly curl: string
}

/** What the demo client's page shows after it has redeemed a code. */
export interface DemoTokensPageProps {
  readonly ui: Ui
  /** The answer of the token endpoint, member by member (RFC 6749 5.1), or its error (5.2). */
  readonly answer: Readonly<Record<string, string>>
  readonly refused: boolean
  /** What can be done with the tokens; none if the code was refused. */
  readonly commands: readonly DemoCommand[]
  /** The demo's first page. */
  readonly startUrl: string
}

/** Plays the application: shows the tokens, which a real one would keep to itself, and what to do with them. */
export function DemoTokensPage({
  ui,
  answer,
  commands,
  refused,
  startUrl,
}: DemoTokensPageProps): JSX.Element {
  const demo = demoMessages(ui.messages)
  const title = refused ? demo.noTokensTitle : demo.tokensTitle
  return (
    <Layout ui={ui} title={title} failed={refused}>
      <Card>
        <h1>{title}</h1>
        {!refused && <p class="muted">{demo.tokensText}</p>}
        {answer['error'] === 'invalid_grant' && <p class="muted">{demo.noTokensText}</p>}
        <Facts
          entries={Object.entries(answer).map(([name, value]) => [name, <code>{value}</code>] as const)}
          layout="list"
        />
        {commands.map(({ curl, purpose }) => (
          <figure class="stack">
            <figcaption>{demo[purpose]}</figcaption>
            <pre class="code">{curl}</pre>
          </figure>
        ))}
        <div class="actions">
          <ButtonLink href={startUrl}>{demo.again}</ButtonLink>
        </div>
      </Card>
    </Layout>
  )
}
