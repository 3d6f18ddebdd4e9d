import type { Context, Hono } from 'hono'
import type { ProviderEnv } from '../../concepts.ts'
import { readCookie, writeCookie } from '../../http/cookies.ts'
import { readQuery } from '../../http/params.ts'
import { languagesOf, type Messages } from '../../ui/messages.ts'
import type { Ui } from '../../ui/theme.ts'

/** The path to choose a language: `to` names it, `back` is the page to return to. */
export const LANGUAGE_PATH = '/language'

const COOKIE = 'language'
const YEAR = 365 * 86_400

/** Adds `/language`, which remembers a language for this browser and returns. It changes nothing else, so a link may lead there. */
export function addLanguageRoute(app: Hono<ProviderEnv>): void {
  app.get(LANGUAGE_PATH, async (c) => {
    const query = readQuery(c.req.raw)
    const chosen = languagesOf(c.get('provider')).find(({ lang }) => lang === query.get('to'))
    if (chosen) writeCookie(c, COOKIE, chosen.lang, YEAR)
    return c.body(null, 303, {
      Location: ownPath(query.get('back') ?? '/', c.req.url),
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
    })
  })
}

/** Returns the language that this browser has chosen, if it exists. */
export function chosenLanguage(c: Context<ProviderEnv>): Messages | undefined {
  const chosen = readCookie(c, COOKIE)
  return languagesOf(c.get('provider')).find(({ lang }) => lang === chosen)
}

/**
 * Returns the other languages of a page, and where to choose each. None if the page's address contains more than the id of a
 * request, which must not be copied into another address.
 */
export function otherLanguages(c: Context<ProviderEnv>, current: Messages): NonNullable<Ui['languages']> {
  const { pathname, search } = new URL(c.req.url)
  return /^(?:\?request=[\w-]+)?$/.test(search) ? languageLinks(c, current, `${pathname}${search}`) : []
}

/** Returns where to choose the languages other than that of a page; `back` is the page's own path with its query. */
export function languageLinks(
  c: Context<ProviderEnv>,
  current: Messages,
  back: string,
): NonNullable<Ui['languages']> {
  return languagesOf(c.get('provider'))
    .filter(({ lang }) => lang !== current.lang)
    .map(({ lang, name }) => ({
      lang,
      name,
      url: `${LANGUAGE_PATH}?${new URLSearchParams({ to: lang, back }).toString()}`,
    }))
}

/** Returns a path of this origin, with its query; `/` for anything that leads elsewhere (RFC 9700 4.11). */
function ownPath(path: string, url: string): string {
  const { origin } = new URL(url)
  const target = path.startsWith('/') ? URL.parse(path, origin) : null
  // Two slashes at the beginning would be another host.
  const isOwn = target?.origin === origin && !target.pathname.startsWith('//') && !path.includes('\\')
  return isOwn ? `${target.pathname}${target.search}` : '/'
}
