import type { JSX } from 'hono/jsx/jsx-runtime'
import { Alert, Button, Card, Form, type HiddenFields, Mark } from '../ui/components.tsx'
import { Layout } from '../ui/layout.tsx'
import { displayName } from '../ui/links.ts'
import type { Ui } from '../ui/theme.ts'

/** What the page that asks for the account shows. */
export interface SelectAccountPageProps {
  readonly ui: Ui
  /** The URL to which the answer is posted: `account` (`Continue`), or `authorize` (`False`). */
  readonly action: string
  /** Such as the id of the captured request. */
  readonly fields?: HiddenFields
  readonly client: { readonly name: string }
  /** The signed-in user. */
  readonly username: string
  /** Whether the request was answered recently, so that continuing answers it again. */
  readonly answered?: boolean
  /** A form that lets somebody else sign in for the same request. */
  readonly switchUser: { readonly action: string; readonly fields?: HiddenFields }
}

/**
 * Asks a signed-in person whether to continue as this user, because the client wants it (OpenID Connect Core 3.1.2.1,
 * `select_account`), or the person has come back to an answered request.
 */
export function SelectAccountPage(props: SelectAccountPageProps): JSX.Element {
  const { action, answered, client, fields, switchUser, ui, username } = props
  const { common, consent, login, selectAccount } = ui.messages
  return (
    <Layout ui={ui} title={selectAccount.title}>
      <Card>
        <div>
          <h1>{selectAccount.title}</h1>
          <p class="muted">{login.continueTo(displayName(client.name))}</p>
        </div>
        {answered && <Alert kind="info" text={selectAccount.answered(displayName(client.name))} />}
        <div class="row">
          <Mark name={username} />
          <span>{common.signedInAs(username)}</span>
        </div>
        <Form ui={ui} action={action} fields={fields}>
          <Button kind="primary" name="account" value="Continue">
            {selectAccount.submit(username)}
          </Button>
        </Form>
        <Form ui={ui} action={switchUser.action} fields={switchUser.fields}>
          <Button>{selectAccount.other}</Button>
        </Form>
        <Form ui={ui} action={action} fields={fields}>
          <button class="text-button small" type="submit" name="authorize" value="False">
            {consent.cancel}
          </button>
        </Form>
      </Card>
    </Layout>
  )
}
