import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { pages } from '../../src/public.ts'
import { openBrowser } from '../support/browser.ts'
import { embedded } from '../support/embedded.ts'
import { givenCast, givenSession } from '../support/fixture.ts'
import { answerIn, authorize, authorizationUrl, signedIn } from '../support/flow.ts'
import { ORIGIN } from '../support/http.ts'
import { must } from '../support/must.ts'
import { json } from '../support/openid.ts'
import { manage, metadataOf, registerClient } from '../support/registration.ts'
import { countTrips } from '../support/trips.ts'

const START = 'https://app.example/start'

let alice = ''
beforeEach(async () => {
  ;({ alice } = await givenCast())
})

async function givenStart(initiate_login_uri: string, name = 'Photo prints'): Promise<void> {
  await env.DB.prepare('UPDATE clients SET metadata = ?, name = ? WHERE client_id = ?')
    .bind(JSON.stringify({ initiate_login_uri }), name, 'web')
    .run()
}

/** The addresses of the links that open an application, on the account page and on the front page. */
async function linksFor(userId: string): Promise<readonly (string | undefined)[]> {
  const browser = await signedIn(userId)
  return Promise.all(
    ['/account', '/'].map(async (path) => {
      const { text } = await browser.visit(path)
      return /href="([^"]*)" aria-label="Open [^"]*"/.exec(text)?.[1]?.replaceAll('&amp;', '&')
    }),
  )
}

describe('a sign-in that begins here (oidcc-3rdparty-init-login-certification-test-plan)', () => {
  must(
    'OpenID Connect Core',
    '4',
    'takes the address of an application for it, over https alone (oidcc-3rdparty-init-login-nohttps)',
    async () => {
      const registered = await registerClient(metadataOf({ initiate_login_uri: START }))
      expect(registered).toMatchObject({ status: 201, initiate_login_uri: START })
      expect(await (await manage('GET', registered)).json()).toMatchObject({ initiate_login_uri: START })
      for (const initiate_login_uri of [
        'http://app.example/start',
        'http://localhost:3000/start',
        'http://127.0.0.1/start',
        'javascript:alert(1)',
        'com.example.app:/start',
        `${START}#part`,
      ]) {
        expect(await registerClient(metadataOf({ initiate_login_uri }))).toMatchObject({
          status: 400,
          error: 'invalid_client_metadata',
        })
      }
    },
  )

  must(
    'OpenID Connect Core',
    '4',
    'leads to the application with the issuer, and the person comes back signed in (oidcc-3rdparty-init-login)',
    async () => {
      await givenStart(START)
      const browser = await signedIn(alice)
      await authorize(browser, { scope: 'openid' })
      const link = `${START}?iss=${encodeURIComponent(ORIGIN)}`
      expect(await linksFor(alice)).toEqual([link, link])
      // What the application does then: it looks the issuer up, and asks as always.
      const { issuer } = await json('/.well-known/openid-configuration')
      expect(new URL(link).searchParams.get('iss')).toBe(issuer)
      const back = await browser.visit(authorizationUrl({ scope: 'openid' }))
      expect(answerIn(back)).toHaveProperty('code')
    },
  )

  must('OpenID Connect Core', '4', 'says nothing of the person to the application', async () => {
    await givenStart(`${START}?tenant=a%26b`)
    await authorize(await signedIn(alice), { scope: 'openid' })
    const [link = ''] = await linksFor(alice)
    expect([...new URL(link).searchParams]).toEqual([
      ['tenant', 'a&b'],
      ['iss', ORIGIN],
    ])
  })

  it('is offered for no application that the person has not authorized, or that has no such address', async () => {
    await givenStart(START)
    expect(await linksFor(alice)).toEqual([undefined, undefined])
    await authorize(await signedIn(alice), { client_id: 'other' })
    expect(await linksFor(alice)).toEqual([undefined, undefined])
  })

  it.each([
    'javascript:alert(1)',
    'http://app.example/start',
    'data:text/html,x',
    'https://id.example@evil.example/',
    '//evil.example/',
    '',
  ])('is not offered at %s, whatever the storage holds', async (uri) => {
    await givenStart(uri)
    await authorize(await signedIn(alice))
    expect(await linksFor(alice)).toEqual([undefined, undefined])
  })

  it('carries no markup of the name or the address into the page', async () => {
    await givenStart(`${START}?x="><script>alert(1)</script>`, '"><script>alert(1)</script>')
    await authorize(await signedIn(alice))
    const browser = await signedIn(alice)
    for (const path of ['/account', '/']) expect((await browser.visit(path)).text).not.toContain('<script')
  })

  it('costs the front page no further round trip', async () => {
    await givenStart(START)
    await authorize(await signedIn(alice))
    const trips = countTrips()
    expect((await (await signedIn(alice, trips.vars)).visit('/')).text).toContain(
      'aria-label="Open Photo prints"',
    )
    expect(trips).toMatchObject({ d1: 1, kv: 0 })
  })

  it('is offered only where OpenID Connect is a feature', async () => {
    await givenStart(START)
    await authorize(await signedIn(alice))
    const { name, value } = await givenSession(alice)
    const browser = openBrowser({}, [], embedded({ features: [pages()] }))
    browser.cookies.set(name, value)
    const { text } = await browser.visit('/account')
    expect(text).toContain('Photo prints')
    expect(text).not.toContain('Open Photo prints')
  })
})
