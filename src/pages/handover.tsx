import type { JSX } from 'hono/jsx/jsx-runtime'
import { ButtonLink, Card } from '../ui/components.tsx'
import { Layout } from '../ui/layout.tsx'
import type { Ui } from '../ui/theme.ts'

/** What the page between a form of ours and the client shows. */
export interface HandoverPageProps {
  readonly ui: Ui
  /** The host that the browser goes to. */
  readonly host: string
  /** Creates the answer again if the browser has not continued by itself, as the current one may have been used by now. */
  readonly againUrl: string
}

/**
 * Shown after a form while the browser goes to the client by itself, following the header `Refresh`. A redirect would be
 * part of the form's navigation, which our `form-action` restricts, wherever the client sends the browser next.
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
