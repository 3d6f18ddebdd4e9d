import { beforeEach, describe, expect } from 'vitest'
import { redirectUriProblem } from '../../src/clients/redirect-uri.ts'
import { givenCast, givenClient } from '../support/fixture.ts'
import {
  approve,
  authorizationUrl,
  authorize,
  expectPage,
  type Fields,
  MISMATCH,
  PKCE,
  signedIn,
  UNAUTHORIZED,
} from '../support/flow.ts'
import { post, send } from '../support/http.ts'
import { threat } from '../support/must.ts'

let alice = ''

beforeEach(async () => {
  ;({ alice } = await givenCast())
})

/** An address that must end at a page of ours, with a session and without, however it is sent. */
async function expectRefused(uri: string, fields: Fields = {}): Promise<void> {
  const form = { redirect_uri: uri, ...fields }
  const url = authorizationUrl(form)
  const browser = await signedIn(alice)
  for (const response of [
    await send(url),
    await browser.get(url),
    await browser.get(authorizationUrl({ ...form, prompt: 'none', response_type: 'foo', scope: 'no' })),
    await post('/oauth2/authorize', url.split('?')[1] ?? ''),
  ]) {
    expect({ uri, cookies: response.headers.getSetCookie() }).toEqual({ uri, cookies: [] })
    await expectPage(response, 400, MISMATCH)
  }
}

describe('a redirect URI that is not the registered one', () => {
  threat(1, 'an unknown client redirects nowhere, whatever URI it names', async () => {
    for (const redirect_uri of [
      undefined,
      'https://app.example/cb',
      'https://evil.example',
      '//evil.example',
    ]) {
      const response = await send(authorizationUrl({ client_id: 'unknown', redirect_uri, prompt: 'none' }))
      await expectPage(response, 400, UNAUTHORIZED)
    }
  })

  threat(2, 'an added slash makes it another redirect URI, which is refused', () =>
    expectRefused('https://app.example/cb/'),
  )

  threat(3, 'an added query makes it another redirect URI, which is refused', async () => {
    for (const uri of ['https://app.example/cb?x=1', 'https://app.example/cb?']) await expectRefused(uri)
  })

  threat(4, 'an added path parameter makes it another redirect URI, which is refused', async () => {
    for (const uri of ['https://app.example/cb;evil=1', 'https://app.example/cb;']) await expectRefused(uri)
  })

  threat(5, 'a user name in the authority makes it another redirect URI, which is refused', async () => {
    for (const uri of [
      'https://evil@app.example/cb',
      'https://app.example@evil.example/cb',
      'https://app.example%40evil.example/cb',
      'https://app.example:pw@evil.example/cb',
    ]) {
      await expectRefused(uri)
    }
  })

  threat(6, 'a redirect URI with a fragment is refused, and cannot be registered', async () => {
    for (const uri of ['https://app.example/cb#x', 'https://app.example/cb#', 'https://app.example/cb%23']) {
      await expectRefused(uri)
    }
    for (const uri of ['https://app.example/cb#x', 'https://app.example/cb#']) {
      expect(redirectUriProblem(uri)).toContain('must not have a fragment')
    }
  })

  threat(7, 'a path that climbs elsewhere, encoded or not, is refused', async () => {
    for (const path of [
      '/cb/../evil',
      '/cb/..;/evil',
      '/cb/%2e%2e/evil',
      '/cb%2f..',
      '/./cb',
      '//cb',
      '/cb/.',
      '/c%62',
    ]) {
      await expectRefused(`https://app.example${path}`)
    }
  })

  threat(8, 'a path in another case is refused', async () => {
    for (const uri of ['https://app.example/CB', 'https://APP.example/cb', 'HTTPS://app.example/cb']) {
      await expectRefused(uri)
    }
  })

  threat(9, 'a host that only resembles the registered one is refused', async () => {
    for (const uri of [
      'https://app.example.evil.example/cb',
      'https://appXexample/cb',
      'https://evil.example/?https://app.example/cb',
      'https://evil.example/#https://app.example/cb',
      'https://app.example./cb',
      'https://sub.app.example/cb',
      'https://app.example:443/cb',
      'https://app.example:8443/cb',
      'http://app.example/cb',
      'https://app.example/cbx',
      'https://app.example',
      'https://аpp.example/cb',
      '//app.example/cb',
      '/cb',
    ]) {
      await expectRefused(uri)
    }
  })

  threat(10, 'white space, control characters and backslashes in a redirect URI are refused', async () => {
    for (const uri of [
      ' https://app.example/cb',
      'https://app.example/cb ',
      'https://app.example/cb\t',
      'https://app.example/cb\n',
      'https://app.example/cb\r\nSet-Cookie: x=1',
      'https://app.example/cb\u0000',
      'https:\\\\app.example\\cb',
      'https://app.example\\cb',
      'https:/app.example/cb',
      'https:app.example/cb',
      '\u00a0https://app.example/cb',
    ]) {
      await expectRefused(uri)
      expect({ uri, problem: redirectUriProblem(uri) }).not.toEqual({ uri, problem: null })
    }
  })

  threat(11, 'two redirect URIs in one request are refused, in either order', async () => {
    const right = 'redirect_uri=https%3A%2F%2Fapp.example%2Fcb'
    const wrong = 'redirect_uri=https%3A%2F%2Fevil.example'
    const rest = authorizationUrl({ redirect_uri: undefined })
    for (const pair of [
      `${right}&${wrong}`,
      `${wrong}&${right}`,
      `${right}&${right}`,
      `${right}&redirect_uri=`,
    ]) {
      await expectPage(await send(`${rest}&${pair}`), 400, MISMATCH)
      await expectPage(await post('/oauth2/authorize', `${rest.split('?')[1]}&${pair}`), 400, MISMATCH)
    }
    await expectPage(await post(`${rest}&${right}`, wrong), 400, MISMATCH)
  })

  threat(13, 'a request that names no redirect URI is refused where the client has two', async () => {
    await givenClient('two', { redirectUris: ['https://app.example/cb', 'https://app.example/cb2'] })
    const url = authorizationUrl({ client_id: 'two', redirect_uri: undefined })
    await expectPage(await send(url), 400, MISMATCH)
    await expectPage(await (await signedIn(alice)).get(url), 400, MISMATCH)
  })

  threat(16, 'a silent request redirects nowhere before its redirect URI is checked', async () => {
    for (const prompt of ['none', 'login', 'none login']) {
      await expectRefused('https://evil.example/cb', { prompt })
    }
  })
})

describe('a loopback URI', () => {
  const native = { client_id: 'desktop', ...PKCE }

  beforeEach(async () => {
    const grantTypes = ['authorization_code']
    await givenClient('desktop', { type: 'public', grantTypes, redirectUris: ['http://127.0.0.1/cb'] })
    await givenClient('web6', { grantTypes, redirectUris: ['http://[::1]/cb'] })
  })

  threat(14, 'a loopback redirect URI may differ from the registered one by its port alone', async () => {
    const visit = await authorize(await signedIn(alice), {
      ...native,
      redirect_uri: 'http://127.0.0.1:51004/cb',
    })
    expect(visit.left?.href).toMatch(/^http:\/\/127\.0\.0\.1:51004\/cb\?code=/)
    for (const uri of [
      'http://127.0.0.1:51004/other',
      'http://localhost:51004/cb',
      'http://localhost/cb',
      'http://127.0.0.1:51004/cb?x=1',
      'http://127.0.0.1:51004@evil.example/cb',
      'http://127.0.0.1:51004.evil.example/cb',
    ]) {
      await expectRefused(uri, native)
    }
  })

  threat(
    15,
    'an IPv6 loopback URI is taken where one is registered; a malformed one does no harm',
    async () => {
      const visit = await authorize(await signedIn(alice), {
        client_id: 'web6',
        redirect_uri: 'http://[::1]:9/cb',
      })
      expect(visit.left?.href).toMatch(/^http:\/\/\[::1\]:9\/cb\?code=/)
      await expectRefused('http://[::1]:9/cb', native)
      for (const uri of [
        'http://[:::1/cb',
        'http://[::1/cb',
        'http://[]/cb',
        'http://[::g]/cb',
        'http://::1/cb',
      ]) {
        await expectRefused(uri, { client_id: 'web6' })
      }
    },
  )
})

describe('a scheme that runs code', () => {
  threat(46, 'a redirect URI whose scheme runs code cannot be registered', async () => {
    for (const uri of [
      'javascript:alert(1)',
      ' JaVaScRiPt:alert(1)',
      'JaVaScRiPt:alert(1)',
      'java\tscript:alert(1)',
      'javascript://app.example/%0aalert(1)',
      'data:text/html,x',
      'vbscript:x',
      'file:///etc/passwd',
      'blob:https://app.example/x',
      'about:blank',
    ]) {
      expect({ uri, problem: redirectUriProblem(uri) }).not.toEqual({ uri, problem: null })
      await expectRefused(uri)
    }
  })

  threat(
    46,
    'an address whose scheme runs code is no link on a page, even where a client has it',
    async () => {
      await givenClient('old', { redirectUris: ['javascript:alert(1)'], url: 'javascript:alert(2)' })
      const browser = await signedIn(alice)
      const page = await browser.visit(authorizationUrl({ client_id: 'old', redirect_uri: undefined }))
      expect(page.status).toBe(200)
      expect(page.text).toContain('Authorize Application old')
      expect(page.text).not.toContain('javascript:')
      await approve(browser, page)
      expect((await browser.visit('/account')).text).not.toContain('javascript:')
    },
  )
})
