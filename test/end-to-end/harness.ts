import { join } from 'node:path'
import { createTestHarness } from 'wrangler'
import { createSession, type Session } from '../../src/cli/open-store.ts'

/** The production bundle on a socket, with its shipped variables but for plain http. */
export interface Served {
  readonly url: URL
  /** The operators' store of its database. */
  readonly session: Session
  readonly close: () => Promise<void>
}

/** Serves the Worker with an empty, migrated database. */
export async function serve(): Promise<Served> {
  const harness = createTestHarness({
    workers: [
      {
        configPath: join(import.meta.dirname, '../../wrangler.toml'),
        secrets: { SECRET_KEY: 'a-key-for-tests-alone-of-32-characters-or-more' },
        vars: { OAUTH_ENFORCE_SECURE: 'false' },
      },
    ],
  })
  const { url } = await harness.listen()
  const worker = harness.getWorker<{ DB: D1Database }>()
  await worker.applyD1Migrations('DB')
  const { DB } = await worker.getEnv()
  const session = createSession({ close: async () => {}, db: DB }, null)
  return { close: () => harness.close(), session, url }
}

/** What a person with a browser does. */
export interface Person {
  /**
   * Follows an authorization request through sign-in and consent, and approves it.
   * @returns the address of the client that the browser was sent to
   */
  authorize(from: URL): Promise<URL>
}

/** A person who keeps cookies, follows redirects within an origin, and fills in the forms of our pages. */
export function openPerson(username: string, password: string): Person {
  const cookies = new Map<string, string>()
  async function send(url: URL, form?: URLSearchParams): Promise<Response> {
    const headers = { Cookie: [...cookies].map((pair) => pair.join('=')).join('; ') }
    const init = form ? { body: form, headers: { ...headers, Origin: 'null' }, method: 'POST' } : { headers }
    const response = await fetch(url, { ...init, redirect: 'manual' })
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      if (/max-age=0/i.test(cookie)) cookies.delete(name)
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
    async authorize(from) {
      let at = from
      let response = await send(at)
      for (let step = 0; step < 12; step++) {
        const location = response.headers.get('Location')
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
