import type { Context, Hono } from 'hono'
import type { Paths, ProviderEnv } from '../../concepts.ts'
import { requireAntiForgery } from '../../http/anti-forgery.ts'
import { readBrowserSession, readSessionId, takeSession } from '../../http/browser-session.ts'
import { openRequest } from '../../http/captured-requests.ts'
import { readForm } from '../../http/params.ts'
import { afterSessionsEnded } from '../../identity/sessions-ended.ts'
import { seeOther, showPage, uiOf } from './respond.ts'

/** Adds `/logout`. GET only asks, as anybody may link to it. */
export function addLogoutRoutes(app: Hono<ProviderEnv>, { logout }: Paths): void {
  for (const path of [logout, `${logout}/`]) {
    app.get(path, askLogout)
    app.post(path, signOut)
  }
}

async function askLogout(c: Context<ProviderEnv>): Promise<Response> {
  const session = await readBrowserSession(c)
  const { paths } = c.get('provider')
  const page = c.get('pages').logout({
    ui: await uiOf(c, { form: session !== null }),
    action: paths.logout,
    username: session?.user.username ?? null,
    accountUrl: paths.account,
    loginUrl: paths.login,
  })
  return showPage(c, page)
}

/** Ends the session in the storage, so that its cookie is useless everywhere, and lets somebody else sign in. */
async function signOut(c: Context<ProviderEnv>): Promise<Response> {
  const form = await readForm(c.req.raw)
  await requireAntiForgery(c, form)
  const id = await readSessionId(c)
  const provider = c.get('provider')
  const { paths, request, store } = provider
  const ended = id === null ? 0 : await store.endSessions({ id, userId: null }, request)
  if (ended > 0) afterSessionsEnded(provider)
  takeSession(c)
  const captured = form.get('request') === undefined ? null : await openRequest(c, form.get('request'))
  return seeOther(c, captured ? `${paths.login}?request=${captured.id}` : paths.logout)
}
