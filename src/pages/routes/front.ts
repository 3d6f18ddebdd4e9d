import type { Context } from 'hono'
import type { ProviderEnv } from '../../concepts.ts'
import { readBrowserSession } from '../../http/browser-session.ts'
import { showPage, uiOf } from './respond.ts'

/** The page at `/`: one round trip where the browser has a session, else none. */
export async function showFront(c: Context<ProviderEnv>): Promise<Response> {
  const session = await readBrowserSession(c)
  const { features, hooks, paths, settings } = c.get('provider')
  const page = c.get('pages').front({
    ui: await uiOf(c, { form: false }),
    username: session?.user.username ?? null,
    accountUrl: paths.account,
    loginUrl: paths.login,
    logoutUrl: paths.logout,
    signUpUrl: settings.allowSignup && !hooks.users ? paths.signUp : null,
    adminUrl: features.includes('admin') && session?.user.isStaff ? paths.admin : null,
    demoUrl: settings.demo ? '/demo' : null,
  })
  return showPage(c, page)
}
