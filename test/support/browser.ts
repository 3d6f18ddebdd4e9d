import { ORIGIN, send, type Vars } from './http.ts'

/** A browser without pictures: keeps cookies, reads forms, and follows redirects within our origin when told to. */
export interface Browser {
  readonly cookies: Map<string, string>
  /** Gets a page. */
  get(path: string): Promise<Response>
  /** Posts fields as a page's form would: urlencoded, `Origin: null`. */
  post(
    path: string,
    fields: readonly (readonly [string, string])[] | Readonly<Record<string, string>>,
  ): Promise<Response>
  /** Gets a page, following redirects as long as they stay on our origin. */
  visit(path: string): Promise<Visit>
  /** Fills in and sends a form of a page, and follows. */
  submit(page: Visit, action: string, fields: readonly (readonly [string, string])[]): Promise<Visit>
}

/** Where a visit ended. */
export interface Visit {
  readonly response: Response
  readonly status: number
  /** The last address on our origin. */
  readonly path: string
  readonly text: string
  /** The address outside our origin that the browser was sent to; null where it was not. */
  readonly left: URL | null
}

/**
 * Opens a browser with no cookies.
 * @param seen gets a copy of every answer
 * @param sendTo the Worker, if it is not ours
 */
export function openBrowser(vars: Vars = {}, seen: Response[] = [], sendTo: typeof send = send): Browser {
  const cookies = new Map<string, string>()
  async function request(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers)
    if (cookies.size > 0)
      headers.set('Cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '))
    const response = await sendTo(path, { ...init, headers }, vars)
    seen.push(response.clone())
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      if (/max-age=0/i.test(cookie)) cookies.delete(name)
      else cookies.set(name, value)
    }
    return response
  }
  async function follow(path: string, first: Response): Promise<Visit> {
    let at = path
    let response = first
    for (let hops = 0; hops < 10; hops++) {
      const location = nextOf(response)
      if (location === null) break
      const target = URL.parse(location, ORIGIN)
      if (!target || target.origin !== ORIGIN)
        return { response, status: response.status, path: at, text: '', left: target }
      at = `${target.pathname}${target.search}`
      response = await request(at, {})
    }
    return { response, status: response.status, path: at, text: await response.text(), left: null }
  }
  const post: Browser['post'] = (path, fields) =>
    request(path, {
      method: 'POST',
      body: new URLSearchParams(
        [...(Symbol.iterator in fields ? fields : Object.entries(fields))].map(([n, v]) => [n, v]),
      ).toString(),
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: 'null' },
    })
  return {
    cookies,
    get: (path) => request(path, {}),
    post,
    visit: async (path) => follow(path, await request(path, {})),
    async submit(page, action, fields) {
      return follow(
        action,
        await post(action, [...Object.entries(hiddenFields(page.text, action)), ...fields]),
      )
    },
  }
}

/** Where a browser goes from an answer by itself; null where it stays. */
export function nextOf({ headers }: Response): string | null {
  return headers.get('Location') ?? /^0; url=(.+)$/.exec(headers.get('Refresh') ?? '')?.[1] ?? null
}

/** The hidden fields of the form with an action. */
export function hiddenFields(text: string, action: string): Readonly<Record<string, string>> {
  const form = text.split('<form').find((part) => part.includes(`action="${action}"`)) ?? ''
  const inputs =
    form.split('</form>')[0]?.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g) ?? []
  return Object.fromEntries([...inputs].map(([, name = '', value = '']) => [name, unescaped(value)]))
}

/** The value of an attribute, as a browser reads it. */
function unescaped(value: string): string {
  const characters: Readonly<Record<string, string>> = { amp: '&', gt: '>', lt: '<', quot: '"', '#39': "'" }
  return value.replaceAll(/&(amp|gt|lt|quot|#39);/g, (_, name: string) => characters[name] ?? '')
}
