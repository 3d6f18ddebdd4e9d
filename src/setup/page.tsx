import type { Child } from 'hono/jsx'
import type { JSX } from 'hono/jsx/jsx-runtime'
import type { ClientKindName } from '../clients/kinds.ts'
import type { Snippet } from '../operations/snippets.ts'
import { Alert, Button, ButtonLink, Card, Facts, Field, Form } from '../ui/components.tsx'
import { ErrorSummary, problemsOf } from '../ui/error-summary.tsx'
import { Layout } from '../ui/layout.tsx'
import type { Ui } from '../ui/theme.ts'
import type { SetupMessages } from './messages-en.ts'

/** Problems, by field. */
export type SetupErrors = Readonly<Partial<Record<SetupField, string>>>

/** A field of the form. */
type SetupField =
  | 'setup_token'
  | 'username'
  | 'email'
  | 'password'
  | 'repeated_password'
  | 'kind'
  | 'name'
  | 'redirect_uri'

interface Shown {
  readonly ui: Ui
  readonly texts: SetupMessages
}

interface SetupPageProps extends Shown {
  readonly action: string
  readonly issuer: string
  /** The submitted values; passwords and the token are not shown again. */
  readonly values: (name: SetupField) => string | undefined
  readonly errors: SetupErrors
  readonly hasPasswords: boolean
  readonly minPasswordLength: number
}

/** Asks for the token, the first user and the first client. */
export function SetupPage({
  ui,
  texts,
  action,
  issuer,
  values,
  errors,
  hasPasswords,
  minPasswordLength: least,
}: SetupPageProps): JSX.Element {
  const { common, fields, signUp } = ui.messages
  const problems = problemsOf([
    ['setup_token', texts.token, errors.setup_token],
    ['username', common.username, errors.username],
    ['email', common.email, errors.email],
    ['password', common.password, errors.password],
    ['repeated_password', signUp.repeated, errors.repeated_password],
    ['kind-web', texts.kind, errors.kind],
    ['name', texts.name, errors.name],
    ['redirect_uri', texts.redirectUri, errors.redirect_uri],
  ])
  const first = problems[0]?.target ?? 'setup_token'
  const of = (name: SetupField) => ({ name, error: errors[name], autofocus: first === name })
  return (
    <Layout ui={ui} title={texts.title} failed={problems.length > 0}>
      <Card>
        <div class="stack">
          <h1>{texts.title}</h1>
          <p class="muted">{texts.intro}</p>
        </div>
        <ErrorSummary title={fields.problems(problems.length)} problems={problems} />
        <Facts
          layout="list"
          entries={[[texts.issuer, <IssuerOf issuer={issuer} hint={texts.issuerHint} />]]}
        />
        <Form ui={ui} action={action}>
          <Field
            {...of('setup_token')}
            label={texts.token}
            type="password"
            autocomplete="off"
            hint={texts.tokenHint}
          />
          <Group title={texts.you}>
            <Field
              {...of('username')}
              label={common.username}
              value={values('username')}
              autocomplete="username"
            />
            <Field
              {...of('email')}
              label={common.email}
              type="email"
              value={values('email')}
              autocomplete="email"
              required={false}
            />
            {hasPasswords && (
              <>
                <Field
                  {...of('password')}
                  label={common.password}
                  type="password"
                  autocomplete="new-password"
                  hint={fields.passwordHint(least)}
                  minlength={least}
                />
                <Field
                  {...of('repeated_password')}
                  label={signUp.repeated}
                  type="password"
                  autocomplete="new-password"
                />
              </>
            )}
          </Group>
          <Group title={texts.client}>
            <Kinds texts={texts} chosen={values('kind') ?? 'web'} error={errors.kind} />
            <Field
              {...of('name')}
              label={texts.name}
              value={values('name')}
              autocomplete="off"
              hint={texts.nameHint}
              required={false}
            />
            <Field
              {...of('redirect_uri')}
              label={texts.redirectUri}
              value={values('redirect_uri')}
              autocomplete="off"
              hint={texts.redirectUriHint}
              required={false}
            />
          </Group>
          <Button kind="primary">{texts.submit}</Button>
        </Form>
      </Card>
    </Layout>
  )
}

function IssuerOf({ hint, issuer }: { readonly hint: string; readonly issuer: string }): JSX.Element {
  return (
    <>
      <code>{issuer}</code>
      <p class="hint">{hint}</p>
    </>
  )
}

function Group({ children, title }: { readonly title: string; readonly children?: Child }): JSX.Element {
  return (
    <fieldset>
      <legend>
        <h2>{title}</h2>
      </legend>
      <div class="stack">{children}</div>
    </fieldset>
  )
}

const KINDS: readonly (Exclude<ClientKindName, 'mcp'> | 'none')[] = ['web', 'app', 'service', 'none']

/** A choice of kinds, as radio buttons whose whole row can be clicked. */
function Kinds(props: {
  readonly texts: SetupMessages
  readonly chosen: string
  readonly error: string | undefined
}): JSX.Element {
  const { chosen, error, texts } = props
  return (
    <fieldset>
      <legend class="label">{texts.kind}</legend>
      {error && <p class="error">{error}</p>}
      <div class="choices">
        {KINDS.map((name) => (
          <label class="choice" for={`kind-${name}`}>
            <input id={`kind-${name}`} type="radio" name="kind" value={name} checked={name === chosen} />
            <span>{texts.kinds[name]}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}

/** Explains how to set a token, which proves ownership of the deployment. */
export function SetupLockedPage({ ui, texts }: Shown): JSX.Element {
  return (
    <Layout ui={ui} title={texts.lockedTitle}>
      <Card>
        <h1>{texts.lockedTitle}</h1>
        <p>{texts.locked}</p>
        <p>{texts.lockedTerminal}</p>
        <pre class="code">
          openssl rand -base64 32 | tee /dev/stderr | npx wrangler secret put SETUP_TOKEN
        </pre>
        <p>{texts.lockedDashboard}</p>
        <p>{texts.lockedThen}</p>
      </Card>
    </Layout>
  )
}

interface DoneProps extends Shown {
  readonly username: string
  readonly issuer: string
  /** Whether OAUTH_ISSUER is set. */
  readonly pinned: boolean
  readonly client: { readonly clientId: string; readonly secret: string | null } | null
  readonly snippets: readonly Snippet[]
  readonly accountUrl: string
  /** Where to add the first passkey; null if passkeys are off. */
  readonly passkeysUrl: string | null
  /** Null if there is no panel. */
  readonly adminUrl: string | null
}

/** Shows what was created, the lines to paste, and the next steps. */
export function SetupDonePage(props: DoneProps): JSX.Element {
  const { accountUrl, adminUrl, client, issuer, passkeysUrl, pinned, snippets, texts, ui, username } = props
  return (
    <Layout ui={ui} title={texts.doneTitle} wide>
      <div class="stack">
        <h1>{texts.doneTitle}</h1>
        <Alert kind="success" text={texts.done(username)} />
        <div class="card stack">
          <Facts
            entries={[
              [texts.issuer, <code>{issuer}</code>],
              ...(client ? [[texts.clientId, <code>{client.clientId}</code>] as const] : []),
              ...(client?.secret ? [[texts.clientSecret, <code>{client.secret}</code>] as const] : []),
            ]}
          />
          {client?.secret && <Alert kind="warning" text={texts.secretOnce} />}
        </div>
        {snippets.length > 0 && (
          <section class="stack" aria-labelledby="use">
            <h2 id="use">{texts.use}</h2>
            {client?.secret && <p class="muted">{texts.useHint}</p>}
            <ul class="items">
              {snippets.map(({ code, title }, index) => (
                <li>
                  <details open={index === 0}>
                    <summary>{title}</summary>
                    <pre class="code">{code}</pre>
                  </details>
                </li>
              ))}
            </ul>
          </section>
        )}
        <section class="stack" aria-labelledby="next">
          <h2 id="next">{texts.next}</h2>
          {!pinned && (
            <>
              <p>{texts.pinIssuer}</p>
              <pre class="code">{`OAUTH_ISSUER = ${JSON.stringify(issuer)}`}</pre>
            </>
          )}
          <p>{texts.dropToken}</p>
          <pre class="code">npx wrangler secret delete SETUP_TOKEN</pre>
          <div class="row">
            {adminUrl && (
              <ButtonLink kind="primary" href={adminUrl}>
                {texts.panel}
              </ButtonLink>
            )}
            {passkeysUrl && <ButtonLink href={passkeysUrl}>{texts.passkey}</ButtonLink>}
            <ButtonLink href={accountUrl}>{texts.account}</ButtonLink>
          </div>
        </section>
      </div>
    </Layout>
  )
}
