import { beforeEach, describe, expect } from 'vitest'
import { givenCast, givenClient } from '../support/fixture.ts'
import {
  authorizationUrl,
  authorize,
  codeIn,
  expectPage,
  MISMATCH,
  PKCE,
  redeem,
  signedIn,
  VERIFIER,
} from '../support/flow.ts'
import { send } from '../support/http.ts'
import { must } from '../support/must.ts'
import { expectRefusal } from '../support/refusal.ts'

const LOOPBACK = 'http://127.0.0.1/cb'
const LOOPBACK6 = 'http://[::1]:3000/cb?x=1'
const PRIVATE = 'com.example.app:/oauth2redirect'
let alice = ''

beforeEach(async () => {
  ;({ alice } = await givenCast())
  const grantTypes = ['authorization_code']
  await givenClient('desktop', { type: 'public', grantTypes, redirectUris: [LOOPBACK, LOOPBACK6] })
  await givenClient('phone', { type: 'public', grantTypes, redirectUris: [PRIVATE] })
  await givenClient('named', {
    type: 'public',
    grantTypes,
    redirectUris: ['http://localhost/cb', 'http://localhost:7777/two?x'],
  })
})

describe('loopback redirects', () => {
  must('RFC 8252', '7.3', 'take any port, and the code goes to that port', async () => {
    const browser = await signedIn(alice)
    for (const redirect_uri of [
      LOOPBACK,
      'http://127.0.0.1:51004/cb',
      'http://127.0.0.1:1/cb',
      'http://127.0.0.1:65535/cb',
      'http://[::1]/cb?x=1',
      'http://[::1]:8080/cb?x=1',
    ]) {
      const visit = await authorize(browser, { client_id: 'desktop', redirect_uri, ...PKCE })
      expect(visit.left?.href.startsWith(redirect_uri.replace(':1/', ':1/'))).toBe(true)
      const form = { client_id: 'desktop', redirect_uri, code_verifier: VERIFIER, client_secret: undefined }
      const code = codeIn(visit)
      expectRefusal(await redeem(code, { ...form, redirect_uri: 'http://127.0.0.1:9/cb' }), 'invalid_grant')
      expect(await redeem(code, form)).toMatchObject({ status: 200 })
    }
  })

  must('RFC 8252', '7.3', 'keep path, host, scheme and query', async () => {
    for (const redirect_uri of [
      'http://127.0.0.1:51004/other',
      'http://127.0.0.1:51004/cb/',
      'http://127.0.0.1:51004/CB',
      'http://127.0.0.1:51004/cb?x=1',
      'http://127.0.0.1:51004/cb#x',
      'http://127.0.0.1:51004',
      'http://127.0.0.1:/cb',
      'http://127.0.0.1:65536/cb',
      'http://127.0.0.1:999999/cb',
      'http://127.0.0.1:80x/cb',
      'http://127.0.0.1:80@evil.example/cb',
      'http://127.0.0.1@evil.example/cb',
      'http://127.0.0.1.evil.example/cb',
      'http://127.0.0.2:51004/cb',
      'http://127.1:51004/cb',
      'http://2130706433/cb',
      'http://localhost:51004/cb',
      'http://localhost/cb',
      'https://127.0.0.1:51004/cb',
      'HTTP://127.0.0.1:51004/cb',
      'http://[::1]:8080/cb',
      'http://[0:0:0:0:0:0:0:1]:8080/cb?x=1',
      'http://[:::1/cb',
      'http://[::1/cb?x=1',
      'http://[::ffff:127.0.0.1]/cb',
    ]) {
      const response = await send(authorizationUrl({ client_id: 'desktop', redirect_uri, ...PKCE }))
      await expectPage(response, 400, MISMATCH)
    }
  })

  must('RFC 8252', '8.3', 'by name take any port where none is registered, else that one', async () => {
    const browser = await signedIn(alice)
    for (const redirect_uri of [
      'http://localhost:51004/cb',
      'http://localhost/cb',
      'http://localhost:7777/two?x',
    ]) {
      const visit = await authorize(browser, { client_id: 'named', redirect_uri, ...PKCE })
      expect(visit.left?.href.startsWith(redirect_uri)).toBe(true)
      const form = { client_id: 'named', redirect_uri, code_verifier: VERIFIER }
      expect(await redeem(codeIn(visit), { ...form, client_secret: undefined })).toMatchObject({
        status: 200,
      })
    }
    for (const redirect_uri of [
      'http://localhost:7778/two?x',
      'http://localhost/two?x',
      'http://localhost:51004/CB',
      'http://localhost:65536/cb',
      'http://localhost:/cb',
      'http://localhost:1@evil.example/cb',
      'http://localhost.evil.example/cb',
      'http://localhost.:51004/cb',
      'http://LOCALHOST:51004/cb',
      'http://127.0.0.1:51004/cb',
      'http://[::1]:51004/cb',
      'https://localhost:51004/cb',
    ]) {
      await expectPage(
        await send(authorizationUrl({ client_id: 'named', redirect_uri, ...PKCE })),
        400,
        MISMATCH,
      )
    }
  })

  must('RFC 8252', '8.6', 'sends no code or token to an app on the device without a person', async () => {
    const uris = [LOOPBACK, 'http://localhost/cb', 'https://localhost/cb', PRIVATE]
    for (const [index, redirect_uri] of uris.entries()) {
      const client_id = `trusted-${index}`
      await givenClient(client_id, { autoAuthorize: true, redirectUris: [redirect_uri] })
      const browser = await signedIn(alice)
      for (const response_type of ['code', 'token']) {
        const fields = { client_id, redirect_uri, response_type }
        await authorize(browser, fields)
        expect({ ...fields, left: (await browser.visit(authorizationUrl(fields))).left }).toEqual({
          ...fields,
          left: null,
        })
        const { left } = await browser.visit(authorizationUrl({ ...fields, prompt: 'none' }))
        expect(left?.href).toContain('error=consent_required')
      }
    }
  })
})

describe('private-use schemes', () => {
  must('RFC 8252', '7.1', 'bring the code to the app', async () => {
    const visit = await authorize(await signedIn(alice), {
      client_id: 'phone',
      redirect_uri: PRIVATE,
      ...PKCE,
    })
    expect(visit.left?.href).toMatch(/^com\.example\.app:\/oauth2redirect\?code=ac_/)
    const form = {
      client_id: 'phone',
      redirect_uri: PRIVATE,
      code_verifier: VERIFIER,
      client_secret: undefined,
    }
    expect(await redeem(codeIn(visit), form)).toMatchObject({ status: 200 })
  })

  must('RFC 8252', '8.4', 'match byte for byte', async () => {
    for (const redirect_uri of [
      'com.example.app:/other',
      'com.example.app://oauth2redirect',
      'COM.example.app:/oauth2redirect',
    ]) {
      await expectPage(
        await send(authorizationUrl({ client_id: 'phone', redirect_uri, ...PKCE })),
        400,
        MISMATCH,
      )
    }
  })
})

describe('consent for an app on the device', () => {
  must('RFC 8252', '8.6', 'is asked for every time: any app may use such a redirect', async () => {
    const grantTypes = ['authorization_code']
    const trusted = { autoAuthorize: true, grantTypes, redirectUris: [LOOPBACK], type: 'public' } as const
    await givenClient('trusted', trusted)
    const browser = await signedIn(alice)
    for (const [client_id, redirect_uri] of [
      ['desktop', LOOPBACK],
      ['desktop', 'http://[::1]:1/cb?x=1'],
      ['phone', PRIVATE],
      ['named', 'http://localhost/cb'],
      ['trusted', LOOPBACK],
    ]) {
      for (const time of [1, 2]) {
        const page = await browser.visit(authorizationUrl({ client_id, redirect_uri, ...PKCE }))
        expect({ client_id, time, left: page.left }).toEqual({ client_id, time, left: null })
        expect(page.text).toContain('This request comes from an app on this device.')
        await authorize(browser, { client_id, redirect_uri, ...PKCE })
      }
      const quiet = await browser.visit(
        authorizationUrl({ client_id, redirect_uri, prompt: 'none', ...PKCE }),
      )
      expect(quiet.left?.searchParams.get('error')).toBe('consent_required')
    }
  })

  must(
    'RFC 8252',
    '8.6',
    'is remembered for a public client with an https redirect, which its host vouches for',
    async () => {
      const browser = await signedIn(alice)
      await authorize(browser, { client_id: 'native', ...PKCE })
      const again = await browser.visit(authorizationUrl({ client_id: 'native', ...PKCE }))
      expect(codeIn(again)).toMatch(/^ac_/)
    },
  )
})
