/** What a person with a browser does. */
export interface Person {
  /**
   * Follows an authorization request through sign-in and consent, and approves it.
   * @returns the address of the client that the browser was sent to
   */
  authorize(from: URL): Promise<URL>
  /** The Cookie header that the browser would send now. */
  cookie(): string
}

/**
 * A person who keeps cookies, follows redirects within an origin, and fills in the forms of our pages.
 * @param seen gets every answer
 */
export function openPerson(
  username: string,
  password: string,
  seen: (response: Response) => void = () => {},
): Person {
  const cookies = new Map<string, string>()
  const cookie = (): string => [...cookies].map((pair) => pair.join('=')).join('; ')
  async function send(url: URL, form?: URLSearchParams): Promise<Response> {
    const headers = { Cookie: cookie() }
    const init = form ? { body: form, headers: { ...headers, Origin: 'null' }, method: 'POST' } : { headers }
    const response = await fetch(url, { ...init, redirect: 'manual' })
    seen(response)
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (/max-age=0/i.test(line)) cookies.delete(name)
      else cookies.set(name, value)
    }
    return response
  }
  function fillIn(form: string): URLSearchParams {
    const inputs = form.matchAll(/<input[^>]*type="(?:hidden|checkbox)" name="([^"]+)" value="([^"]*)"/g)
    const fields = new URLSearchParams([...inputs].map(([, name = '', value = '']) => [name, value]))
    if (form.includes('name="password"')) {
      fields.append('username', username)
      fields.append('password', password)
    }
    if (form.includes('value="Authorize"')) fields.append('authorize', 'Authorize')
    return fields
  }
  return {
    cookie,
    async authorize(from) {
      let at = from
      let response = await send(at)
      for (let step = 0; step < 12; step++) {
        const { headers } = response
        const location =
          headers.get('Location') ?? /^0; url=(.+)$/.exec(headers.get('Refresh') ?? '')?.[1] ?? null
        if (location !== null) {
          at = new URL(location, at)
          if (at.origin !== from.origin) return at
          response = await send(at)
        } else {
          const form = /<form method="post" action="([^"]+)"[^>]*>(.*?)<\/form>/s.exec(await response.text())
          if (!form) throw new Error(`${at.pathname} answers ${response.status} without a form.`)
          at = new URL(form[1] ?? '', at)
          response = await send(at, fillIn(form[2] ?? ''))
        }
      }
      throw new Error('The flow does not end.')
    },
  }
}
