import type { JSX } from 'hono/jsx/jsx-runtime'
import { Alert, Button, ButtonLink, Card, Form, type Notice } from '../ui/components.tsx'
import { Layout } from '../ui/layout.tsx'
import type { Ui } from '../ui/theme.ts'
import { passwordlessMessages } from './messages.ts'

interface PageProps {
  readonly ui: Ui
  /** The URL to which the form is posted. */
  readonly action: string
  /** Whether there is one that can be removed now, or what to do instead. */
  readonly content:
    | 'form'
    | { readonly text: string; readonly links: readonly (readonly [label: string, url: string])[] }
  readonly notice: Notice | null
  readonly accountUrl: string
}

/** Removes the password, or explains why that is impossible now. */
export function PasswordlessPage({ accountUrl, action, content, notice, ui }: PageProps): JSX.Element {
  const texts = passwordlessMessages(ui.messages)
  return (
    <Layout ui={ui} title={texts.title} failed={notice?.kind === 'error'}>
      <Card>
        <h1>{texts.title}</h1>
        {notice && <Alert {...notice} />}
        {content === 'form' ? (
          <>
            <p>{texts.question}</p>
            <Form ui={ui} action={action}>
              <Button kind="danger">{texts.submit}</Button>
            </Form>
          </>
        ) : (
          <>
            <p>{content.text}</p>
            {content.links.map(([label, url]) => (
              <ButtonLink href={url}>{label}</ButtonLink>
            ))}
          </>
        )}
        <p class="small">
          <a href={accountUrl}>{texts.back}</a>
        </p>
      </Card>
    </Layout>
  )
}
