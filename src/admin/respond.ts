import type { Context } from 'hono'
import type { JSX } from 'hono/jsx/jsx-runtime'
import * as v from 'valibot'
import type { ProviderEnv } from '../concepts.ts'
import { seal, unseal } from '../crypto/seal.ts'
import { dropCookie, readCookie, writeCookie } from '../http/cookies.ts'
import type { PagePolicy } from '../http/security-headers.ts'
import type { Done, Resource } from '../operations/resource.ts'
import { takeFlash, writeFlash } from '../pages/routes/flash.ts'
import { languageLinks } from '../pages/routes/language.ts'
import { messagesOf, seeOther, showPage, uiOf } from '../pages/routes/respond.ts'
import type { Ui } from '../ui/theme.ts'
import type { StaffOperator } from './operator.ts'
import type { AdminUi } from './pages/layout.tsx'
import { recordUrl } from './pages/values.tsx'
import { adminStyleAsset } from './styles.ts'
import { wordsIn, type Words } from './words.ts'

type Handling = Context<ProviderEnv>

/** What every page of the admin gets. */
export async function adminUi(c: Handling, { provider, user }: StaffOperator): Promise<AdminUi> {
  const { admin, account, logout } = provider.paths
  const ui = await uiOf(c, { form: true })
  return {
    ui: { ...ui, languages: otherLanguages(c, ui) },
    ...wordsIn(ui.messages),
    base: admin,
    more: provider.adminResources,
    extraStyleUrl: `${admin}${(await adminStyleAsset()).path}`,
    userId: user.id,
    now: provider.request.now,
    username: user.username,
    logoutUrl: logout,
    accountUrl: account,
    notice: await takeFlash(c),
  }
}

/** The other languages of a page. A posted page cannot be shown again; the filters and ids in an address are not secret. */
function otherLanguages(c: Handling, { messages }: Ui): ReturnType<typeof languageLinks> {
  const { pathname, search } = new URL(c.req.url)
  return c.req.method === 'GET' ? languageLinks(c, messages, `${pathname}${search}`) : []
}

/** The words of the panel in the language of the browser. */
export function wordsOf(c: Handling): Words {
  return wordsIn(messagesOf(c))
}

/** Answers with a page of the admin. */
export async function showAdminPage(
  c: Handling,
  page: JSX.Element,
  status: 200 | 400 | 429 = 200,
  policy: PagePolicy = {},
): Promise<Response> {
  return showPage(c, page, status, policy)
}

const SECRET = 'secret'
/** Seconds: long enough for the redirect that follows. */
const SECRET_LIFETIME = 60
const secretContent = v.pipe(v.string(), v.parseJson(), v.object({ id: v.string(), secret: v.string() }))

/** Redirects to the page of what was done, with a secret sealed for one page. */
export async function redirectDone(c: Handling, resource: Resource, done: Done): Promise<Response> {
  const { keys, paths } = c.get('provider')
  await writeFlash(c, { kind: 'success', text: wordsOf(c).translate(done.text) })
  if (done.secret !== undefined) {
    const content = JSON.stringify({ id: done.id, secret: done.secret })
    writeCookie(c, SECRET, await seal(content, SECRET, keys), SECRET_LIFETIME)
  }
  return seeOther(c, recordUrl(paths.admin, resource.kind, done.id))
}

/** Returns the secret that was just created for a record, once. */
export async function takeSecret(c: Handling, id: string): Promise<string | null> {
  const sealed = readCookie(c, SECRET)
  if (sealed === undefined) return null
  dropCookie(c, SECRET)
  const text = await unseal(sealed, SECRET, c.get('provider').keys)
  const parsed = text === null ? null : v.safeParse(secretContent, text)
  return parsed?.success && parsed.output.id === id ? parsed.output.secret : null
}
