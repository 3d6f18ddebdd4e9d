import { raw } from 'hono/html'
import type { JSX } from 'hono/jsx/jsx-runtime'
import { ButtonLink, Card, Facts } from '../ui/components.tsx'
import { Layout } from '../ui/layout.tsx'
import type { Problem } from '../ui/messages.ts'
import type { Ui } from '../ui/theme.ts'

/** What an error page shows. */
export interface ErrorPageProps {
  readonly ui: Ui
  readonly problem: Problem
  /** A sentence of the protocol that says more, as an `error_description`; escaped. */
  readonly detail?: string | null
  /** Under which the log has it. */
  readonly errorId?: string | null
  /** A way on; null where there is none. */
  readonly accountUrl?: string | null
}

/** Says what happened and what to do. */
export function ErrorPage({ ui, problem, detail, errorId, accountUrl }: ErrorPageProps): JSX.Element {
  const { error, problems } = ui.messages
  const { title, what, advice } = problems[problem]
  const entries = [
    ...(detail && detail !== what ? [[error.detail, detail] as const] : []),
    ...(errorId ? [[error.id, <code>{errorId}</code>] as const] : []),
  ]
  return (
    <Layout ui={ui} title={title} failed>
      <Card>
        <h1>{title}</h1>
        <p class="lead">{literal(what)}</p>
        <p class="muted">{advice}</p>
        {entries.length > 0 && <Facts entries={entries} layout="list" />}
        {accountUrl && (
          <div class="actions">
            <ButtonLink href={accountUrl}>{error.home}</ButtonLink>
          </div>
        )}
      </Card>
    </Layout>
  )
}

/**
 * One of our own sentences as it stands, apostrophes too: the seed's messages can then be found in the page's source.
 * Between tags only these three characters mean anything; never use it for attributes or for what others wrote.
 */
function literal(sentence: string): ReturnType<typeof raw> {
  return raw(sentence.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'))
}
