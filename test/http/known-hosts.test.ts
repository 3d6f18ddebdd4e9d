import { describe, expect, it } from 'vitest'
import { post, send } from '../support/http.ts'
import { threat } from '../support/must.ts'

const METADATA = '/.well-known/oauth-authorization-server'
const ISSUER = { OAUTH_ISSUER: 'https://id.example' }
/** What Cloudflare's edge adds to every request that comes from outside. */
const EDGE: RequestInit = { cf: { colo: 'FRA' } }

describe('a Worker with OAUTH_ISSUER', () => {
  threat(133, 'answers at no host that it does not know: a page, a document, an endpoint', async () => {
    for (const host of [
      'edge-oauth2-provider.me.workers.dev',
      'id.example.evil.example',
      'id.example:8443',
      'id.example.',
    ]) {
      for (const path of [
        '/',
        '/nothing',
        '/favicon.ico',
        '/login',
        '/oauth2/authorize',
        '/healthz',
        METADATA,
      ]) {
        const response = await send(`https://${host}${path}`, EDGE, ISSUER)
        expect(response.status).toBe(421)
        const text = await response.text()
        expect(text).toContain('This service does not answer at this host, but at https://id.example.')
        expect(text).not.toContain('workers.dev')
        expect(text).not.toContain('evil')
      }
      const refused = await send(
        `https://${host}/oauth2/token`,
        { ...EDGE, method: 'POST', body: '' },
        ISSUER,
      )
      expect(refused.status).toBe(421)
      expect(await refused.json()).toMatchObject({ error: 'invalid_request' })
    }
  })

  it('answers at the issuer’s host, at those of OAUTH_HOSTS and on this machine', async () => {
    const vars = { ...ISSUER, OAUTH_HOSTS: 'id.internal auth.internal:8443' }
    for (const origin of [
      'https://id.example',
      'http://id.example',
      'https://id.internal',
      'https://auth.internal:8443',
      'http://localhost:8787',
      'http://127.0.0.1:8787',
      'http://[::1]:8787',
      'http://localhost',
    ]) {
      expect((await send(`${origin}${METADATA}`, EDGE, vars)).status).toBe(200)
    }
    for (const origin of [
      'https://auth.internal',
      'http://localhost.evil.example',
      'http://127.0.0.1.evil.example',
    ]) {
      expect((await send(`${origin}${METADATA}`, EDGE, vars)).status).toBe(421)
    }
  })

  it('answers other Workers of the account, whichever host they name over a service binding', async () => {
    expect((await send(`https://auth${METADATA}`, {}, ISSUER)).status).toBe(200)
  })

  it('lets caches keep its metadata, which is the same for everybody', async () => {
    const { headers } = await send(METADATA, EDGE, ISSUER)
    expect(headers.get('Cache-Control')).toBe('public, max-age=300')
  })
})

describe('a Worker without OAUTH_ISSUER', () => {
  threat(133, 'lets no shared cache keep what follows from the host that was asked for', async () => {
    for (const path of [METADATA, '/.well-known/oauth-protected-resource', '/openapi.json']) {
      const response = await send(`https://evil.example${path}`, EDGE)
      expect(response.status).toBe(200)
      expect(response.headers.get('Cache-Control')).toBe('private, max-age=300')
    }
  })

  it('answers at whatever host leads to it', async () => {
    expect((await send(`https://anything.example${METADATA}`, EDGE)).status).toBe(200)
  })
})

describe('a page', () => {
  it('tells the browser to stay on https, whether it is found, refused or not there', async () => {
    for (const path of ['/login', '/account', '/nothing', '/oauth2/authorize?client_id=nobody']) {
      const response = await send(path)
      if (response.status === 303) continue
      expect(response.headers.get('Strict-Transport-Security')).toBe('max-age=31536000')
      expect(response.headers.get('Cross-Origin-Opener-Policy')).toBe('same-origin')
    }
    const insecure = await send('http://id.example/login')
    expect(insecure.headers.get('Strict-Transport-Security')).toBeNull()
    expect((await post('/login', '')).headers.get('Strict-Transport-Security')).not.toBeNull()
  })
})
