import type { JSX } from 'hono/jsx/jsx-runtime'
import { PROFILE_FIELDS, type ProfileName } from '../../identity/profile.ts'
import { Alert, Button, Card, Field, Form, type Notice } from '../../ui/components.tsx'
import { ErrorSummary, problemsOf } from '../../ui/error-summary.tsx'
import { Layout } from '../../ui/layout.tsx'
import type { Ui } from '../../ui/theme.ts'
import { profileMessages } from './messages.ts'

/** Texts by field. */
export type ProfileTexts = Readonly<Partial<Record<ProfileName, string>>>

/** What the profile page shows. */
export interface ProfilePageProps {
  readonly ui: Ui
  /** The URL to which the form is posted. */
  readonly action: string
  readonly values: ProfileTexts
  /** Problems by field. */
  readonly errors: ProfileTexts
  readonly notice: Notice | null
  readonly accountUrl: string
}

/** What a person tells applications that ask for it. */
export function ProfilePage({
  accountUrl,
  action,
  errors,
  notice,
  ui,
  values,
}: ProfilePageProps): JSX.Element {
  const { common, fields } = ui.messages
  const profile = profileMessages(ui.messages)
  const problems = problemsOf(
    PROFILE_FIELDS.map(({ name }) => [name, profile.labels[name], errors[name]] as const),
  )
  return (
    <Layout ui={ui} title={profile.title} failed={problems.length > 0}>
      <Card>
        <h1>{profile.title}</h1>
        <p class="muted">{profile.hint}</p>
        {notice && <Alert {...notice} />}
        <ErrorSummary title={fields.problems(problems.length)} problems={problems} />
        <Form ui={ui} action={action}>
          {PROFILE_FIELDS.map(({ name }) => (
            <Field
              name={name}
              label={profile.labels[name]}
              value={values[name]}
              autocomplete="off"
              required={false}
              error={errors[name]}
              autofocus={problems[0]?.target === name}
            />
          ))}
          <Button kind="primary">{profile.submit}</Button>
        </Form>
        <p class="small">
          <a href={accountUrl}>{common.backToAccount}</a>
        </p>
      </Card>
    </Layout>
  )
}
