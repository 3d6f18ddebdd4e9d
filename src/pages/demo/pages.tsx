import type { JSX } from 'hono/jsx/jsx-runtime'
import { Alert, Button, ButtonLink, Card, Facts, Form } from '../../ui/components.tsx'
import { Layout } from '../../ui/layout.tsx'
import type { Ui } from '../../ui/theme.ts'
import { demoMessages } from './messages.ts'

/** What the demo's first page shows. */
export interface DemoPageProps {
  readonly ui: Ui
  /** The demo client's authorization request. */
  readonly authorizeUrl: string
}

/** Where a newcomer starts to click through the whole flow. */
export function DemoPage({ ui, authorizeUrl }: DemoPageProps): JSX.Element {
  const demo = demoMessages(ui.messages)
  return (
    <Layout ui={ui} title={demo.title}>
      <Card>
        <h1>{demo.title}</h1>
        <p class="muted">{demo.intro}</p>
        <ol class="steps">
          {demo.steps.map((step) => (
            <li>{step}</li>
          ))}
        </ol>
        <div class="actions">
          <ButtonLink kind="primary" href={authorizeUrl}>
            {demo.start}
          </ButtonLink>
        </div>
      </Card>
    </Layout>
  )
}

/** What was returned to the demo client's redirect URI; null for what was not. */
export interface DemoAnswer {
  readonly code: string | null
  readonly error: string | null
  readonly errorDescription: string | null
  readonly state: string | null
  readonly iss: string | null
}

/** What the demo client's page shows. */
export interface DemoCallbackPageProps {
  readonly ui: Ui
  readonly answer: DemoAnswer
  /** How to redeem the code: a form that does it, and a command; null if there is none. */
  readonly redeem: { readonly action: string; readonly code: string; readonly curl: string } | null
  /** The demo's first page. */
  readonly startUrl: string
}

/** Plays the application: shows what it received, and redeems it. */
export function DemoCallbackPage({ ui, answer, redeem, startUrl }: DemoCallbackPageProps): JSX.Element {
  const demo = demoMessages(ui.messages)
  const title = answer.code === null ? demo.refusedTitle : demo.callbackTitle
  const received = Object.entries({
    code: answer.code,
    error: answer.error,
    error_description: answer.errorDescription,
    state: answer.state,
    iss: answer.iss,
  }).flatMap(([name, value]) => (value === null ? [] : [[name, <code>{value}</code>] as const]))
  return (
    <Layout ui={ui} title={title} failed={answer.code === null}>
      <Card>
        <h1>{title}</h1>
        <p class="muted">{answer.code === null ? demo.refusedText : demo.callbackText}</p>
        {received.length === 0 ? (
          <Alert kind="warning" text={demo.nothing} />
        ) : (
          <Facts entries={received} layout="list" />
        )}
        {redeem && (
          <>
            <Form ui={ui} action={redeem.action} fields={{ code: redeem.code }} class="actions">
              <Button kind="primary">{demo.redeemForMe}</Button>
            </Form>
            <figure class="stack">
              <figcaption>{demo.redeem}</figcaption>
              <pre class="code">{redeem.curl}</pre>
            </figure>
          </>
        )}
        <div class="actions">
          <ButtonLink href={startUrl}>{demo.again}</ButtonLink>
        </div>
      </Card>
    </Layout>
  )
}
