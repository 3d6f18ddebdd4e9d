import type { JSX } from 'hono/jsx/jsx-runtime'
import { Alert, Button, ButtonLink, Card, Field, Form, type Notice } from '../ui/components.tsx'
import { ErrorSummary, problemsOf } from '../ui/error-summary.tsx'
import { Layout } from '../ui/layout.tsx'
import type { Ui } from '../ui/theme.ts'

/** What the page shows that asks a user whose sign-in is old to authenticate. */
export interface ConfirmPageProps {
  readonly ui: Ui
  /** The URL to which the form is posted: `password`, or the field of a feature. */
  readonly action: string
  readonly username: string
  /** Whether the user has a password. */
  readonly hasPasswords: boolean
  /** What features offer instead of the password. */
  readonly others: readonly JSX.Element[]
  /** The problem with the password. */
  readonly problem: string | null
  /** Why another way did not work, after it led back here. */
  readonly notice: Notice | null
  /** Where cancelling leads. */
  readonly cancelUrl: string
}

/** Asks the user to authenticate before an important change. */
export function ConfirmPage(props: ConfirmPageProps): JSX.Element {
  const { action, cancelUrl, hasPasswords, notice, others, problem, ui, username } = props
  const { common, confirm, fields } = ui.messages
  const problems = problemsOf([['password', common.password, problem ?? undefined]])
  return (
    <Layout ui={ui} title={confirm.title} failed={problem !== null || notice?.kind === 'error'}>
      <Card>
        <h1>{confirm.title}</h1>
        <p class="muted">{confirm.text}</p>
        {notice && <Alert {...notice} />}
        <ErrorSummary title={fields.problems(problems.length)} problems={problems} />
        <Form ui={ui} action={action}>
          {hasPasswords && (
            <>
              {/* Tells password managers whose password this is (W3C, HTML autofill). */}
              <input type="text" autocomplete="username" value={username} readonly hidden />
              <Field
                name="password"
                label={common.password}
                type="password"
                autocomplete="current-password"
                error={problem ?? undefined}
                autofocus={problem !== null}
              />
              <Button kind="primary">{confirm.submit}</Button>
            </>
          )}
          {[...others]}
        </Form>
        {!hasPasswords && <p class="muted">{confirm.help}</p>}
        <ButtonLink href={cancelUrl}>{confirm.cancel}</ButtonLink>
      </Card>
    </Layout>
  )
}
