import type { Context } from 'hono'
import type { JSX } from 'hono/jsx/jsx-runtime'
import type { SignInOption, ProviderEnv } from '../concepts.ts'
import { randomId } from '../crypto/bytes.ts'
import { sessionRule } from '../http/browser-session.ts'
import type { CapturedRequest } from '../http/captured-requests.ts'
import { refuseFlood } from '../identity/rate-limit.ts'
import { freshnessOf } from '../oauth/authorize/request.ts'
import { messagesOf, showNotFound, showPage, uiOf } from '../pages/routes/respond.ts'
import { readSignIn } from '../pages/routes/sign-in.ts'
import type { SignInProviderRecord } from '../store/sign-in-provider-store.ts'
import { ButtonLink, Card, Form } from '../ui/components.tsx'
import { Layout } from '../ui/layout.tsx'
import { type Attempt, keepAttempt } from './attempt.ts'
import { beginUrl, ProviderButton } from './button.tsx'
import { explain } from './explain.ts'
import type { KnownProviders } from './known-providers.ts'
import { signInProviderMessages } from './messages.ts'
import { SignInProblem } from './problem.ts'
import { ask, authorizationUrl } from './protocol.ts'

type Handling = Context<ProviderEnv>

/** The buttons of the sign-in page and, for providers that create accounts, of the sign-up page. */
export function providerOption(known: KnownProviders): SignInOption {
  return {
    render: async (c, request) => buttons(c, request, await known.list(c.get('provider'))),
    async renderSignUp(c, request) {
      const rows = await known.list(c.get('provider'))
      return buttons(
        c,
        request,
        rows.filter(({ createsAccounts }) => createsAccounts),
      )
    },
  }
}

async function buttons(
  c: Handling,
  request: string | null,
  rows: readonly SignInProviderRecord[],
): Promise<JSX.Element | null> {
  if (rows.length === 0) return null
  const { paths } = c.get('provider')
  const ui = await uiOf(c, { form: true })
  const texts = signInProviderMessages(ui.messages)
  return (
    <div class="stack">
      {rows.map((row) => (
        <Form ui={ui} action={beginUrl(paths, row.id)} fields={request === null ? {} : { request }}>
          <ProviderButton paths={paths} row={row} text={texts.continueWith(row.name)} />
        </Form>
      ))}
    </div>
  )
}

/** Starts a sign-in. Only our own form can, so nobody is sent to a provider against their will. */
export async function beginSignIn(c: Handling, known: KnownProviders): Promise<Response> {
  const provider = c.get('provider')
  const row = await known.find(c.req.param('id') ?? '', provider)
  if (!row) return showNotFound(c)
  const read = await readSignIn(c)
  if (read instanceof Response) return read
  const { captured } = read
  await refuseFlood(provider)
  try {
    return await goThere(c, row, { captured, session: null, confirms: null, ...(await ageFor(c, captured)) })
  } catch (error) {
    if (!(error instanceof SignInProblem)) throw error
    return explain(c, error, row, captured)
  }
}

/** A way to a provider and back. */
interface Way extends Pick<Attempt, 'confirms' | 'insists' | 'maxAge' | 'session'> {
  readonly captured: CapturedRequest | null
}

/**
 * Sends the browser to a provider with the header `Refresh`, as the page's `form-action` would restrict a redirect.
 *
 * @param way the pending request, if any; the session whose user connects an account or confirms the sign-in, null for a
 *   new sign-in; and how fresh the authentication there must be
 * @throws {SignInProblem} the provider is not available
 */
export async function goThere(
  c: Handling,
  row: SignInProviderRecord,
  { captured, confirms, insists, maxAge, session }: Way,
): Promise<Response> {
  const provider = c.get('provider')
  if (row.kind === 'github' && insists && !row.countsAsFresh)
    throw new SignInProblem('fresh', 'GitHub does not say when the person was authenticated')
  const asked = await ask(row, provider)
  const attempt = await keepAttempt(c, {
    provider: row.id,
    nonce: randomId(),
    // At least 43 characters (RFC 7636 4.1).
    verifier: `${randomId()}${randomId()}`,
    request: captured?.id ?? null,
    session,
    confirms,
    maxAge,
    insists,
  })
  const url = await authorizationUrl(asked, attempt, provider)
  const ui = await uiOf(c, { form: false })
  const texts = signInProviderMessages(messagesOf(c))
  c.header('Refresh', `0; url=${url.href}`)
  const page = (
    <Layout ui={ui} title={texts.onTheWay}>
      <Card>
        <h1>{texts.onTheWay}</h1>
        <p class="muted">{texts.goingTo(row.name)}</p>
        <ButtonLink href={url.href}>{texts.go(row.name)}</ButtonLink>
      </Card>
    </Layout>
  )
  return showPage(c, page, 200, { popup: captured !== null })
}

/**
 * Returns how fresh the authentication must be (OpenID Connect Core 3.1.2.1): as fresh as the client requires. For our own
 * pages the user is authenticated again there, too, so that the account and the panel may be changed at once.
 */
async function ageFor(
  c: Handling,
  captured: CapturedRequest | null,
): Promise<Pick<Attempt, 'insists' | 'maxAge'>> {
  const clientId = captured?.params.get('client_id')
  if (!captured || clientId === undefined) return { insists: false, maxAge: 0 }
  const wanted = { clientId, sessionId: null, scopes: [] }
  const { client } = await c.get('provider').store.readAuthorization(wanted, sessionRule(c))
  if (!client) return { insists: false, maxAge: null }
  const { isAdmin, maxAge, prompts } = freshnessOf(captured.params, client)
  const isNow = isAdmin || prompts.includes('login')
  return { insists: isNow || maxAge !== null, maxAge: isNow ? 0 : maxAge }
}
