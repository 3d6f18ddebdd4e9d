import type { Context } from 'hono'
import type { ProviderEnv } from '../../concepts.ts'
import { readSessionId, sessionRule, useSession } from '../../http/browser-session.ts'
import type { Account, Session } from '../../store/records.ts'
import { openClientUrl } from '../client-about.tsx'
import { detourOf, seeOther, showPage, uiOf } from './respond.ts'

/** Shows the page at `/`, with one round trip if the browser has a session, else none. */
export async function showFront(c: Context<ProviderEnv>): Promise<Response> {
  const { account, session } = await readVisitor(c)
  const detour = session ? null : await detourOf(c)
  if (detour !== null) return seeOther(c, detour)
  const { features, hooks, paths, settings } = c.get('provider')
  const page = c.get('pages').front({
    ui: await uiOf(c, { form: false }),
    username: session?.user.username ?? null,
    applications: (account?.authorizedClients ?? []).flatMap(({ initiateLoginUri, name }) => {
      const openUrl = openClientUrl(initiateLoginUri, c.get('provider'))
      return openUrl === null ? [] : [{ name, openUrl }]
    }),
    accountUrl: paths.account,
    loginUrl: paths.login,
    logoutUrl: paths.logout,
    signUpUrl: settings.allowSignup && !hooks.users ? paths.signUp : null,
    adminUrl: features.includes('admin') && session?.user.isStaff ? paths.admin : null,
    demoUrl: features.includes('demo') && settings.demo ? '/demo' : null,
  })
  return showPage(c, page)
}

/** Reads the signed-in user, with the applications that have access. */
async function readVisitor(
  c: Context<ProviderEnv>,
): Promise<{ readonly account: Account | null; readonly session: Session | null }> {
  const id = await readSessionId(c)
  const account = id === null ? null : await c.get('provider').store.readAccount(id, sessionRule(c))
  const session = await useSession(c, account?.session ?? null)
  return { account: session && account, session }
}
