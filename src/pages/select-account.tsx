import type { JSX } from 'hono/jsx/jsx-runtime'
import { Alert, Button, Card, Form, type HiddenFields } from '../ui/components.tsx'
import { Layout } from '../ui/layout.tsx'
import { displayName } from '../ui/links.ts'
import type { Ui } from '../ui/theme.ts'

/** What the page that asks for the account shows. */
export interface SelectAccountPageProps {
  readonly ui: Ui
  /** Where the answer is posted: `account` (`Continue`), or `authorize` (`False`). */
  readonly action: string
  /** As the id of the captured request. */
  readonly fields?: HiddenFields
  readonly client: { readonly name: string }
  /** Who is signed in. */
  readonly username: string
  /** The request was answered a short while ago: going on answers it again. */
  readonly answered?: boolean
  /** A form that lets somebody else sign in for the same request. */
  readonly switchUser: { readonly action: string; readonly fields?: HiddenFields }
}

/**
 * Asks a person who is signed in whether to go on as this user: a client wants it (OpenID Connect Core 3.1.2.1,
 * `select_account`), or the person has come back to a request that was answered.
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
        <p>{common.signedInAs(username)}</p>
        <Form ui={ui} action={action} fields={fields}>
          <div class="actions">
            <Button kind="primary" name="account" value="Continue">
              {selectAccount.submit(username)}
            </Button>
            <Button name="authorize" value="False">
              {consent.cancel}
            </Button>
          </div>
        </Form>
        <Form ui={ui} action={switchUser.action} fields={switchUser.fields} class="account-row">
          <button class="text-button" type="submit">
            {selectAccount.other}
          </button>
        </Form>
      </Card>
    </Layout>
  )
}
