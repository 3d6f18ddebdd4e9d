import type { JSX } from 'hono/jsx/jsx-runtime'
import { raw } from 'hono/utils/html'
import { ButtonLink, Card, Facts } from '../ui/components.tsx'
import { Layout } from '../ui/layout.tsx'
import type { Problem } from '../ui/messages.ts'
import type { Ui } from '../ui/theme.ts'

/** What an error page shows. */
export interface ErrorPageProps {
  readonly ui: Ui
  readonly problem: Problem
  /** The protocol's details for developers, by their names, such as `error` and `error_description`; escaped. */
  readonly details?: Readonly<Record<string, string | undefined>>
  /** The id under which the log has it. */
  readonly errorId?: string | null
  /** Where to continue; null if there is nowhere. */
  readonly accountUrl?: string | null
}

/** Says what happened and what to do. */
export function ErrorPage({ ui, problem, details, errorId, accountUrl }: ErrorPageProps): JSX.Element {
  const { error, problems } = ui.messages
  const { title, what, advice } = problems[problem]
  return (
    <Layout ui={ui} title={title} failed>
      <Card>
        <h1>{title}</h1>
        <p class="lead">{what}</p>
        <p class="muted">{advice}</p>
        {errorId && <Facts entries={[[error.id, <code class="whole">{errorId}</code>]]} layout="list" />}
        {details && (
          <details>
            <summary>{error.detail}</summary>
            <Facts
              entries={Object.entries(details).flatMap(([name, value]) =>
                value === undefined ? [] : [[name, <code>{literal(value)}</code>] as const],
              )}
              layout="list"
            />
          </details>
        )}
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
 * Writes a text verbatim, including apostrophes, so that the seed's messages can be found in the page's source. Between tags
 * only these three characters have a meaning; never use it for attributes.
 */
function literal(sentence: string): ReturnType<typeof raw> {
  return raw(sentence.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'))
}
