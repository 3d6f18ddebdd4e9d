import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Feature, pages, type UserSource } from '../../src/public.ts'
import { hiddenFields, openBrowser } from '../support/browser.ts'
import { embedded } from '../support/embedded.ts'
import { givenCast, givenSession, PASSWORD } from '../support/fixture.ts'
import { authorizationUrl } from '../support/flow.ts'

let alice = ''
beforeEach(async () => {
  ;({ alice } = await givenCast())
})

describe('users of a directory', () => {
  it('confirm nothing in the session of the one who had their name before', async () => {
    let id = 'somebody-else'
    const users: UserSource = {
      authenticate: async (username, password) => (password === PASSWORD ? { id, username } : null),
      find: async (found) => ({ id: found, username: 'alice' }),
    }
    await env.DB.prepare("UPDATE users SET password_hash = '!' WHERE id = ?").bind(alice).run()
    const browser = openBrowser({}, [], embedded({ features: [pages()], users }))
    const { name, value } = await givenSession(alice, { authTime: 1 })
    browser.cookies.set(name, value)
    const action = '/account/confirm?next=passkeys'
    const confirm = async (): Promise<number | null> => {
      await browser.submit(await browser.visit(action), action, [['password', PASSWORD]])
      return env.DB.prepare('SELECT auth_time FROM sessions').first<number>('auth_time')
    }
    expect(await confirm()).toBe(1)
    id = alice
    expect(await confirm()).toBeGreaterThan(1)
  })
})

describe('a feature adds to the sign-in page', () => {
  it('further ways to sign in, which know the request that waits', async () => {
    const feature: Feature = {
      name: 'example',
      signInOptions: [
        { render: async (_c, requestId) => <a href={`/key?request=${requestId}`}>By a key</a> },
        { render: async () => null },
      ],
    }
    const browser = openBrowser({}, [], embedded({ features: [pages(), feature] }))
    expect((await browser.visit('/login')).text).toContain('<a href="/key?request=null">By a key</a>')
    const waiting = await browser.visit(authorizationUrl())
    const id = /request=([\w-]{22})/.exec(waiting.path)?.[1] ?? ''
    expect(waiting.text).toContain(`<a href="/key?request=${id}">By a key</a>`)
    const refused = await browser.submit(waiting, '/login', [
      ['username', 'alice'],
      ['password', 'wrong'],
    ])
    expect([refused.status, refused.text.includes(`/key?request=${id}`)]).toEqual([400, true])
  })

  it('scripts, of which the policy of the page names the hash, and what the browser fills in with the username', async () => {
    const script = 'document.title = "ready"'
    const option = { script, fillsUsername: true, render: async () => <script>{script}</script> }
    const feature: Feature = {
      name: 'example',
      signInOptions: [option, { ...option, script: 'never()', render: async () => null }],
    }
    const page = await openBrowser({}, [], embedded({ features: [pages(), feature] })).visit('/login')
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(script))
    const hash = btoa(String.fromCharCode(...new Uint8Array(digest)))
    expect(page.response.headers.get('Content-Security-Policy')).toContain(`; script-src 'sha256-${hash}'; `)
    expect(page.text).toContain('autocomplete="username webauthn"')
  })
})

describe('a feature asks who has just given the password', () => {
  it('something before what follows, unless it has no question', async () => {
    const feature: Feature = {
      name: 'example',
      afterSignIn: [
        async () => null,
        async (_c, form) => (form.get('username') === 'alice' ? '/question' : null),
      ],
    }
    const ask = embedded({ features: [pages(), feature] })
    const goal = async (username: string): Promise<string | null> => {
      const browser = openBrowser({}, [], ask)
      const page = await browser.visit(authorizationUrl())
      const fields = { ...hiddenFields(page.text, '/login'), username, password: PASSWORD }
      return (await browser.post('/login', fields)).headers.get('Location')
    }
    expect(await goal('alice')).toMatch(/^\/question\?request=[\w-]{22}$/)
    expect(await goal('bob')).toMatch(/^\/oauth2\/authorize\/confirm\?request=/)
  })
})

describe('a feature authenticates again who is signed in', () => {
  it('by a field of its own, in place of the password', async () => {
    const feature: Feature = {
      name: 'example',
      stepUps: [
        {
          field: 'knock',
          script: '',
          render: async (_c, session) => <p>Knock, {session.user.username}</p>,
          confirm: async (value, session, provider) => {
            if (value !== 'three times') return false
            await env.DB.prepare('UPDATE sessions SET auth_time = ? WHERE id = ?')
              .bind(provider.request.now, session.id)
              .run()
            return true
          },
        },
      ],
    }
    const browser = openBrowser({}, [], embedded({ features: [pages(), feature] }))
    const { name, value } = await givenSession(alice, { authTime: 1 })
    browser.cookies.set(name, value)
    const page = await browser.visit('/account/confirm?next=passkeys')
    expect(page.text).toContain('<p>Knock, alice</p>')
    const action = '/account/confirm?next=passkeys'
    expect((await browser.submit(page, action, [['knock', 'once']])).status).toBe(400)
    const fields = { ...hiddenFields(page.text, action), knock: 'three times' }
    expect((await browser.post(action, fields)).headers.get('Location')).toBe('/account/passkeys')
  })
})
