import type { JSX } from 'hono/jsx/jsx-runtime'
import { ButtonLink, Card } from '../ui/components.tsx'
import { Layout } from '../ui/layout.tsx'
import type { Ui } from '../ui/theme.ts'

/** What the page between a form of ours and the client shows. */
export interface HandoverPageProps {
  readonly ui: Ui
  /** The host that the browser goes to. */
  readonly host: string
  /** Makes the answer anew, where the browser has not gone on by itself: the one under way may be used by now. */
  readonly againUrl: string
}

/**
 * Stands after a form while the browser goes to the client by itself, as the header `Refresh` says. A redirect would be a part of
 * the form's navigation, all of which our `form-action` binds, wherever the client sends the browser next.
 */
export function HandoverPage({ againUrl, host, ui }: HandoverPageProps): JSX.Element {
  const { handover } = ui.messages
  return (
    <Layout ui={ui} title={handover.title}>
      <Card>
        <h1>{handover.title}</h1>
        <p class="muted">{handover.text(host)}</p>
        <div class="actions">
          <ButtonLink href={againUrl}>{handover.again}</ButtonLink>
        </div>
      </Card>
    </Layout>
  )
}
