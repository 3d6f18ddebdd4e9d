import type { Context, Hono } from 'hono'
import type { Params, Provider, ProviderEnv } from '../concepts.ts'
import { equal } from '../crypto/bytes.ts'
import { InvalidInputError } from '../errors.ts'
import { requireAntiForgery } from '../http/anti-forgery.ts'
import { giveSession } from '../http/browser-session.ts'
import { rememberDevice } from '../http/device.ts'
import { readForm } from '../http/params.ts'
import { MIN_PASSWORD_LENGTH } from '../identity/password-policy.ts'
import { THROTTLE_WINDOW, throttleKeys } from '../identity/throttle.ts'
import { checkEmail, checkUsername } from '../identity/usernames.ts'
import { snippetsOf } from '../operations/snippets.ts'
import { planSession } from '../pages/routes/login.ts'
import { newPasswordErrors } from '../pages/routes/new-password.ts'
import { messagesOf, showNotFound, showPage, uiOf } from '../pages/routes/respond.ts'
import { settingsOf } from '../settings/settings.ts'
import type { SetupStore } from '../store/setup-store.ts'
import { type PlannedClient, planClient, planUser } from './first-run.ts'
import { setupMessages } from './messages.ts'
import { SetupDonePage, type SetupErrors, SetupLockedPage, SetupPage } from './page.tsx'
import { SETUP_SETTINGS } from './settings.ts'

type Handling = Context<ProviderEnv>
type StoreOf = (provider: Pick<Provider, 'bindings'>) => SetupStore

/** The path of the first run. */
export const SETUP_PATH = '/setup'

/** Attempts per network and window. The token has too many bits to be guessed anyway. */
const LIMIT = 30

/** Adds `/setup`, which exists as long as the deployment has no user and was never set up. */
export function addSetupRoutes(app: Hono<ProviderEnv>, storeOf: StoreOf): void {
  for (const path of [SETUP_PATH, `${SETUP_PATH}/`]) {
    app.get(path, async (c) => {
      const provider = c.get('provider')
      const waiting = provider.hooks.users === null && (await storeOf(provider).readWaiting())
      return waiting ? showForm(c, null, {}) : showNotFound(c)
    })
    app.post(path, async (c) => (c.get('provider').hooks.users ? showNotFound(c) : attempt(c, storeOf)))
  }
}

/** Shows the form or, without a token in the environment, how to set one. */
async function showForm(
  c: Handling,
  form: Params | null,
  errors: SetupErrors,
  status: 200 | 400 | 429 = 200,
): Promise<Response> {
  const provider = c.get('provider')
  const texts = setupMessages(messagesOf(c))
  if (settingsOf(SETUP_SETTINGS, provider).setupToken === null) {
    return showPage(c, <SetupLockedPage ui={await uiOf(c, { form: false })} texts={texts} />)
  }
  const page = (
    <SetupPage
      ui={await uiOf(c, { form: true })}
      texts={texts}
      action={SETUP_PATH}
      issuer={provider.issuer}
      values={(name) => form?.get(name)}
      errors={errors}
      hasPasswords={provider.settings.passwords}
      minPasswordLength={MIN_PASSWORD_LENGTH}
    />
  )
  return showPage(c, page, status)
}

/** Counts the attempt, checks the token before anything else, then everything at once. */
async function attempt(c: Handling, storeOf: StoreOf): Promise<Response> {
  const form = await readForm(c.req.raw)
  const provider = c.get('provider')
  const { keys, request } = provider
  const { network } = await throttleKeys('', request.network, keys, 'setup')
  const { attempts, resetAt, waiting } = await storeOf(provider).admitSetup(network, THROTTLE_WINDOW, request)
  if (!waiting) return showNotFound(c)
  await requireAntiForgery(c, form)
  const texts = setupMessages(messagesOf(c))
  if (attempts > LIMIT) {
    c.header('Retry-After', String(Math.max(1, resetAt - request.now)))
    return showForm(c, form, { setup_token: texts.throttled }, 429)
  }
  const { setupToken } = settingsOf(SETUP_SETTINGS, provider)
  const given = form.get('setup_token')?.trim() ?? ''
  if (setupToken === null || !(await equal(given, setupToken.reveal()))) {
    return showForm(c, form, { setup_token: texts.wrongToken }, 400)
  }
  const errors = await userErrors(c, form)
  const client = await planned(c, form)
  if (Object.keys(errors).length > 0 || 'errors' in client) {
    return showForm(c, form, { ...errors, ...('errors' in client && client.errors) }, 400)
  }
  return setUp(c, form, client.client, storeOf)
}

async function setUp(
  c: Handling,
  form: Params,
  client: PlannedClient | null,
  storeOf: StoreOf,
): Promise<Response> {
  const provider = c.get('provider')
  const user = await planUser(form, provider.settings)
  const session = await planSession(c, user.id)
  const mark = { ...provider.request, actor: user.id }
  if (!(await storeOf(provider).setUp({ user, session, client }, mark))) return showNotFound(c)
  await giveSession(c, session.id)
  await rememberDevice(c, user.username)
  provider.emit({ type: 'signed_in', userId: user.id })
  const page = (
    <SetupDonePage
      ui={await uiOf(c, { form: false })}
      texts={setupMessages(messagesOf(c))}
      username={user.username}
      issuer={provider.issuer}
      pinned={provider.settings.issuer !== null}
      client={client}
      snippets={client ? snippetsOf(recordOf(client), provider) : []}
      accountUrl={provider.paths.account}
      passkeysUrl={
        provider.featureSettings['passkeys'] === true ? `${provider.paths.account}/passkeys` : null
      }
      adminUrl={provider.features.includes('admin') ? provider.paths.admin : null}
    />
  )
  return showPage(c, page)
}

/** Returns what the snippets need from a client. */
function recordOf({ clientId, metadata }: PlannedClient): Parameters<typeof snippetsOf>[0] {
  const { grantTypes, redirectUris, scope, type } = metadata
  return { client_id: clientId, type, scope, grant_types: grantTypes, redirect_uris: redirectUris }
}

async function userErrors(c: Handling, form: Params): Promise<SetupErrors> {
  const messages = messagesOf(c)
  const username = form.get('username') ?? ''
  const provider = c.get('provider')
  const given = form.get('password') ?? ''
  const again = form.get('repeated_password')
  const { password, repeated }: { readonly password?: string; readonly repeated?: string } = provider.settings
    .passwords
    ? await newPasswordErrors(given, again, username, messages, provider)
    : {}
  return {
    ...(!passes(() => checkUsername(username)) && { username: messages.fields.badUsername }),
    ...(!passes(() => checkEmail(form.get('email')?.trim() || 'none@invalid')) && {
      email: messages.fields.badEmail,
    }),
    ...(password !== undefined && { password }),
    ...(repeated !== undefined && { repeated_password: repeated }),
  }
}

function passes(check: () => unknown): boolean {
  try {
    check()
    return true
  } catch (error) {
    if (error instanceof InvalidInputError) return false
    throw error
  }
}

/** Returns the first client, or its problems in the page's language. */
async function planned(
  c: Handling,
  form: Params,
): Promise<{ readonly client: PlannedClient | null } | { readonly errors: SetupErrors }> {
  const texts = setupMessages(messagesOf(c))
  try {
    return { client: await planClient(form, texts.usualName, c.get('provider')) }
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    const wrong = new Set(error.problems.map(({ field }) => field))
    return {
      errors: {
        ...(wrong.has('kind') && { kind: texts.badKind }),
        ...(wrong.has('name') && { name: texts.badName }),
        ...(wrong.has('redirect_uris') && { redirect_uri: texts.badRedirectUri }),
      },
    }
  }
}
