import type { JSX } from 'hono/jsx/jsx-runtime'
import { Alert, Button, Card, Field, Form, type HiddenFields, type Notice } from '../ui/components.tsx'
import { Layout } from '../ui/layout.tsx'
import { displayName } from '../ui/links.ts'
import type { Ui } from '../ui/theme.ts'
import { type ClientAbout, ClientLinks, ClientMark } from './client-about.tsx'

/** What the sign-in page shows. */
export interface LoginPageProps {
  readonly ui: Ui
  /** The URL to which the form is posted: `username`, `password`. */
  readonly action: string
  /** Such as the id of the captured request. */
  readonly fields?: HiddenFields
  /** The application that is waiting for the answer; null if there is none. */
  readonly client?: { readonly name: string; readonly about?: ClientAbout } | null
  /** The typed username, so that only the password has to be typed again. */
  readonly username?: string
  /** Why the page is shown, or shown again. */
  readonly notice?: Notice | null
  /** Whether people have passwords; defaults to true. */
  readonly hasPasswords?: boolean
  /** Further ways to sign in, after links that belong to the password form. */
  readonly options?: readonly JSX.Element[]
  /** How many of these are such links. */
  readonly optionLinks?: number
  /** Whether the browser offers passkeys in the username field. */
  readonly offersPasskeys?: boolean
  /** People may type a verified address instead of the username. */
  readonly takesAddresses?: boolean
  /** Null if nobody can sign up. */
  readonly signUpUrl?: string | null
  /** Where the form is posted by which somebody breaks off, as on the consent page: `authorize` (`False`). */
  readonly cancelAction?: string
}

/** Asks for username and password, or leads back. */
export function LoginPage({
  ui,
  action,
  fields,
  client,
  username,
  notice,
  hasPasswords = true,
  options = [],
  optionLinks = 0,
  offersPasskeys = false,
  takesAddresses = false,
  signUpUrl,
  cancelAction,
}: LoginPageProps): JSX.Element {
  const { common, login, logout } = ui.messages
  return (
    <Layout ui={ui} title={login.title} failed={notice?.kind === 'error'}>
      <Card>
        {client?.about?.logoUrl && <ClientMark name={client.name} about={client.about} />}
        <div>
          <h1>{login.title}</h1>
          {client && <p class="muted">{login.continueTo(displayName(client.name))}</p>}
        </div>
        {notice && <Alert {...notice} />}
        {hasPasswords && (
          <Form ui={ui} action={action} fields={fields}>
            <Field
              name="username"
              label={takesAddresses ? login.identifier : common.username}
              value={username}
              autofocus={!username}
              autocomplete={offersPasskeys ? 'username webauthn' : 'username'}
            />
            <Field
              name="password"
              label={common.password}
              type="password"
              autocomplete="current-password"
              autofocus={Boolean(username)}
            />
            <Button kind="primary">{login.submit}</Button>
          </Form>
        )}
        {options.slice(0, optionLinks)}
        {hasPasswords && options.length > optionLinks && <p class="or muted small">{login.or}</p>}
        {options.slice(optionLinks)}
        {signUpUrl && (
          <p class="small">
            {login.noAccount} <a href={signUpUrl}>{login.signUp}</a>
          </p>
        )}
        {client && <ClientLinks ui={ui} name={client.name} about={client.about} />}
        {client && cancelAction !== undefined ? (
          <Form ui={ui} action={cancelAction} fields={{ ...fields, authorize: 'False' }}>
            <button class="text-button small" type="submit">
              {logout.back(displayName(client.name))}
            </button>
          </Form>
        ) : (
          <p class="small">
            <a href="/">{logout.back(ui.theme.siteName)}</a>
          </p>
        )}
      </Card>
    </Layout>
  )
}
