import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { givenCast, REDIRECT_URI, SECRET } from '../support/fixture.ts'
import {
  answerIn,
  approve,
  authorizationForm,
  authorizationUrl,
  authorize,
  codeIn,
  type Fields,
  redeem,
  signedIn,
} from '../support/flow.ts'
import { type Answer, introspect, refresh, send, sendIn, token, tokensOf } from '../support/http.ts'
import { must } from '../support/must.ts'
import { FILES, MAIL, RESOURCES, tokenWith } from '../support/resources.ts'
import { countRows } from '../support/rows.ts'
import { countTrips } from '../support/trips.ts'

let alice: string

/** A code for a request whose parameter `resource` may repeat. */
async function codeFor(resources: readonly string[], fields: Fields = {}, vars = RESOURCES): Promise<string> {
  const browser = await signedIn(alice, vars)
  const query = new URLSearchParams(authorizationForm(fields))
  for (const resource of resources) query.append('resource', resource)
  const page = await browser.visit(`/oauth2/authorize?${query.toString()}`)
  return codeIn(page.left ? page : await approve(browser, page, (fields['scope'] ?? 'read').split(' ')))
}

/** What an authorization request is answered with. */
async function refusal(fields: Fields, resources: readonly string[] = []): Promise<Record<string, string>> {
  const query = new URLSearchParams(authorizationForm(fields))
  for (const resource of resources) query.append('resource', resource)
  const browser = await signedIn(alice, RESOURCES)
  return answerIn(await browser.visit(`/oauth2/authorize?${query.toString()}`))
}

const audience = async (answer: Answer): Promise<unknown> =>
  (await introspect(answer.access_token, 'other', RESOURCES))['aud']

describe('resource indicators', () => {
  beforeEach(async () => {
    ;({ alice } = await givenCast())
  })

  must('RFC 8707', '2', 'refuses an unknown resource with invalid_target, at both endpoints', async () => {
    expect(await refusal({ resource: 'https://other.example/' })).toMatchObject({
      error: 'invalid_target',
      state: 'a state',
    })
    const form = {
      client_id: 'service',
      grant_type: 'client_credentials',
      resource: 'https://other.example/',
    }
    expect(await token(form, RESOURCES)).toMatchObject({ status: 400, error: 'invalid_target' })
  })

  must('RFC 8707', '2', 'refuses what is no absolute URI, and a fragment, with invalid_target', async () => {
    for (const resource of [`${FILES}#here`, 'files', '/mcp', 'https://', `${FILES} x`, `${FILES}"`, '#']) {
      expect(await refusal({ resource })).toMatchObject({ error: 'invalid_target' })
      const form = { client_id: 'service', grant_type: 'client_credentials', resource }
      expect(await token(form, RESOURCES)).toMatchObject({ status: 400, error: 'invalid_target' })
    }
  })

  must('RFC 8707', '2', 'refuses a request of which one resource of several is unknown', async () => {
    expect(await refusal({}, [FILES, 'https://other.example/'])).toMatchObject({ error: 'invalid_target' })
  })

  must('RFC 8707', '2.1', 'refuses scopes that the resources do not take with invalid_scope', async () => {
    expect(await refusal({ scope: 'mail', resource: FILES })).toMatchObject({ error: 'invalid_scope' })
    const form = { client_id: 'service', grant_type: 'client_credentials', resource: FILES, scope: 'mail' }
    expect(await token(form, RESOURCES)).toMatchObject({ status: 400, error: 'invalid_scope' })
  })

  must('RFC 8707', '2.2', 'refuses a stranger before it says anything of the resource', async () => {
    const form = { client_id: 'service', client_secret: 'wrong', grant_type: 'client_credentials' }
    expect(await token({ ...form, resource: 'https://other.example/' }, RESOURCES)).toMatchObject({
      error: 'invalid_client',
    })
  })

  must(
    'RFC 8707',
    '2.2',
    'keeps the resource of the request in its tokens, and introspection says so',
    async () => {
      const first = await redeem(await codeFor([FILES]), {}, RESOURCES)
      expect(first).toMatchObject({ status: 200, scope: 'read' })
      expect(await audience(first)).toBe(FILES)
      const own = await introspect(first.refresh_token ?? '', 'web', RESOURCES)
      expect(own).toMatchObject({ active: true, aud: FILES })
    },
  )

  must('RFC 8707', '2', 'takes several resources, and each of their scopes', async () => {
    const code = await codeFor([MAIL, FILES], { scope: 'mail read write' })
    const both = await redeem(code, {}, RESOURCES)
    expect(both).toMatchObject({ status: 200, scope: 'mail read write' })
    expect(await audience(both)).toEqual([FILES, MAIL])
  })

  must(
    'RFC 8707',
    '2.2',
    'narrows the access token of a code to a resource of the grant, and its scope',
    async () => {
      const code = await codeFor([FILES, MAIL], { scope: 'mail read write' })
      const narrow = await redeem(code, { resource: MAIL }, RESOURCES)
      expect(narrow).toMatchObject({ status: 200, scope: 'mail read', expires_in: 300 })
      expect(await audience(narrow)).toBe(MAIL)
      const wide = await refresh(narrow.refresh_token ?? '', {}, RESOURCES)
      expect(await audience(wide)).toEqual([FILES, MAIL])
      expect(wide).toMatchObject({ scope: 'mail read write', expires_in: 300 })
    },
  )

  must('RFC 8707', '2.2', 'keeps the resources in a refresh that names none', async () => {
    const first = await redeem(await codeFor([FILES]), {}, RESOURCES)
    const second = await refresh(first.refresh_token ?? '', {}, RESOURCES)
    expect(await audience(second)).toBe(FILES)
    expect(await audience(await refresh(second.refresh_token ?? '', {}, RESOURCES))).toBe(FILES)
  })

  must('RFC 8707', '2.2', 'narrows a refresh to one resource, and the next gets all again', async () => {
    const first = await redeem(await codeFor([FILES, MAIL], { scope: 'mail read write' }), {}, RESOURCES)
    const narrow = await refresh(first.refresh_token ?? '', { resource: FILES }, RESOURCES)
    expect(narrow).toMatchObject({ status: 200, scope: 'read write' })
    expect(await audience(narrow)).toBe(FILES)
    expect(await audience(await refresh(narrow.refresh_token ?? '', {}, RESOURCES))).toEqual([FILES, MAIL])
  })

  must(
    'RFC 8707',
    '2.2',
    'threat 100: refuses a refresh for a resource outside of the grant, which lives on',
    async () => {
      const first = await redeem(await codeFor([FILES]), {}, RESOURCES)
      const refused = await refresh(first.refresh_token ?? '', { resource: MAIL }, RESOURCES)
      expect(refused).toMatchObject({ status: 400, error: 'invalid_target' })
      const both = await tokenWith([
        ['grant_type', 'refresh_token'],
        ['refresh_token', first.refresh_token ?? ''],
        ['resource', FILES],
        ['resource', MAIL],
      ])
      expect(both).toMatchObject({ status: 400, error: 'invalid_target' })
      expect(await refresh(first.refresh_token ?? '', { resource: FILES }, RESOURCES)).toMatchObject({
        status: 200,
      })
    },
  )

  must(
    'RFC 8707',
    '2.2',
    'threat 100: refuses a code for a resource outside of its request, which stays unspent',
    async () => {
      const code = await codeFor([FILES])
      expect(await redeem(code, { resource: MAIL }, RESOURCES)).toMatchObject({ error: 'invalid_target' })
      expect(await redeem(code, { resource: FILES }, RESOURCES)).toMatchObject({ status: 200 })
    },
  )

  must(
    'RFC 8707',
    '2.2',
    'threat 188: refuses a resource at the token endpoint where the authorization request named none',
    async () => {
      const code = await codeFor([])
      expect(await redeem(code, { resource: FILES }, RESOURCES)).toMatchObject({
        status: 400,
        error: 'invalid_target',
      })
      const first = await redeem(code, {}, RESOURCES)
      expect(first).toMatchObject({ status: 200 })
      expect(await refresh(first.refresh_token ?? '', { resource: FILES }, RESOURCES)).toMatchObject({
        status: 400,
        error: 'invalid_grant',
      })
      const next = await refresh(first.refresh_token ?? '', {}, RESOURCES)
      expect(next).toMatchObject({ status: 200 })
      expect(await audience(next)).toBeUndefined()
    },
  )

  must(
    'RFC 8707',
    '2.2',
    'refuses the refresh token of a grant older than the first resource with invalid_grant, so that clients begin anew',
    async () => {
      const code = codeIn(await authorize(await signedIn(alice), { resource: FILES }))
      const old = await redeem(code, { resource: FILES })
      expect(old).toMatchObject({ status: 200 })
      const refused = await refresh(old.refresh_token ?? '', { resource: FILES }, RESOURCES)
      expect(refused).toMatchObject({ status: 400, error: 'invalid_grant' })
      const anew = await redeem(await codeFor([FILES]), { resource: FILES }, RESOURCES)
      expect(await audience(anew)).toBe(FILES)
    },
  )

  must(
    'RFC 8707',
    '2.2',
    'threat 188: does not lend a grant the resource that its user has allowed the client by another one',
    async () => {
      await codeFor([FILES])
      expect(await redeem(await codeFor([]), { resource: FILES }, RESOURCES)).toMatchObject({
        error: 'invalid_target',
      })
    },
  )

  must(
    'RFC 8707',
    '2.2',
    'binds the tokens of a client that acts for itself, and of a password',
    async () => {
      const form = { client_id: 'service', grant_type: 'client_credentials', resource: MAIL, scope: 'mail' }
      const own = await token(form, RESOURCES)
      expect(own).toMatchObject({ scope: 'mail', expires_in: 300 })
      expect(await audience(own)).toBe(MAIL)
      expect(await audience(await tokensOf({ resource: FILES }, RESOURCES))).toBe(FILES)
    },
  )

  must('RFC 8707', '2.2', 'takes of the default scope what the resource takes', async () => {
    const form = { client_id: 'service', grant_type: 'client_credentials', resource: FILES }
    const vars = { ...RESOURCES, OAUTH_DEFAULT_SCOPE: 'mail read' }
    expect(await token(form, vars)).toMatchObject({ status: 200, scope: 'read' })
    const browser = await signedIn(alice, vars)
    const page = await browser.visit(authorizationUrl({ scope: undefined, resource: FILES }))
    expect(await redeem(codeIn(await approve(browser, page, ['read'])), {}, vars)).toMatchObject({
      scope: 'read',
    })
  })

  must('RFC 8707', '2', 'knows a resource by any spelling of its address', async () => {
    for (const resource of [`${FILES}/`, 'HTTPS://FILES.example:443/mcp']) {
      expect(await audience(await redeem(await codeFor([resource]), {}, RESOURCES))).toBe(FILES)
    }
  })

  must('RFC 8707', '2', 'lets scopes of OpenID Connect go with any resource', async () => {
    const scope = 'offline_access openid read'
    const answer = await redeem(await codeFor([FILES], { scope }), {}, RESOURCES)
    expect(answer).toMatchObject({ status: 200, scope })
    const headers = { Authorization: `Bearer ${answer.access_token}` }
    expect((await send('/oauth2/userinfo', { headers }, RESOURCES)).status).toBe(200)
  })

  must('RFC 8707', '2', 'lets a broader scope stand for a narrower one by its bits', async () => {
    const vars = {
      OAUTH_RESOURCES: JSON.stringify({ [FILES]: { name: 'Files', scope: 'write' } }),
    }
    expect(await redeem(await codeFor([FILES], {}, vars), {}, vars)).toMatchObject({ scope: 'read' })
  })

  it('mean nothing to a provider for which no resource is set up, whatever they hold', async () => {
    for (const resource of ['https://other.example/mcp', 'not a URI']) {
      const code = codeIn(await authorize(await signedIn(alice), { resource }))
      const first = await redeem(code, { resource })
      expect(first).toMatchObject({ status: 200 })
      expect(await refresh(first.refresh_token ?? '', { resource })).toMatchObject({ status: 200 })
      expect(await introspect(first.access_token)).not.toHaveProperty('aud')
    }
  })

  it('name the origin of the provider itself, too', async () => {
    const answer = await redeem(await codeFor(['https://id.example']), {}, RESOURCES)
    expect(await audience(answer)).toBe('https://id.example')
  })

  it('give one token each under OAUTH_SINGLE_ACCESS_TOKEN', async () => {
    const vars = { ...RESOURCES, OAUTH_SINGLE_ACCESS_TOKEN: 'true' }
    const files = await tokensOf({ resource: FILES }, vars)
    const mail = await tokensOf({ resource: MAIL }, vars)
    const plain = await tokensOf({}, vars)
    expect(new Set([files, mail, plain].map((answer) => answer.access_token)).size).toBe(3)
    expect((await tokensOf({ resource: FILES }, vars)).access_token).toBe(files.access_token)
    const next = await refresh(files.refresh_token ?? '', { resource: FILES }, vars)
    expect((await tokensOf({ resource: FILES }, vars)).access_token).toBe(next.access_token)
  })

  it('cost no statement and no trip once an isolate knows the resources', async () => {
    const trips = countTrips()
    const isolate = { ...env, ...RESOURCES, ...trips.vars }
    const code = await codeFor([FILES])
    const ask = (form: Readonly<Record<string, string>>): Promise<Response> =>
      sendIn(isolate, '/oauth2/token', {
        method: 'POST',
        body: new URLSearchParams({ client_id: 'web', client_secret: SECRET, resource: FILES, ...form }),
      })
    await sendIn(isolate, '/.well-known/oauth-protected-resource')
    const before = trips.d1
    const redirect_uri = REDIRECT_URI
    const first = await ask({ grant_type: 'authorization_code', code, redirect_uri })
    const { refresh_token } = await first.json<{ refresh_token: string }>()
    expect(trips.d1 - before).toBe(1)
    expect((await ask({ grant_type: 'refresh_token', refresh_token })).status).toBe(200)
    expect(trips.d1 - before).toBe(2)
  })

  it('cost no more rows once an isolate knows the resources', async () => {
    const first = await redeem(await codeFor([FILES]), {}, RESOURCES)
    const rows = countRows()
    const isolate = { ...env, ...RESOURCES, ...rows.vars }
    await sendIn(isolate, '/.well-known/oauth-protected-resource')
    const before = { statements: rows.statements, read: rows.read }
    const body = new URLSearchParams({
      client_id: 'web',
      client_secret: SECRET,
      grant_type: 'refresh_token',
      refresh_token: first.refresh_token ?? '',
    })
    expect((await sendIn(isolate, '/oauth2/token', { method: 'POST', body })).status).toBe(200)
    expect(rows.statements - before.statements).toBe(1)
    expect(rows.written).toBe(1)
    expect(rows.read - before.read).toBeLessThanOrEqual(8)
  })
})

describe('the consent page', () => {
  beforeEach(async () => {
    ;({ alice } = await givenCast())
  })

  it('says which resources the access is for', async () => {
    const browser = await signedIn(alice, RESOURCES)
    const { text } = await browser.visit(authorizationUrl({ resource: FILES }))
    expect(text).toContain('Access to')
    expect(text).toContain('<strong>Files</strong>')
    expect(text).toContain('files.example')
    const plain = await browser.visit(authorizationUrl({}))
    expect(plain.text).not.toContain('Access to')
  })

  it('is shown again for another resource, and not for what was allowed there', async () => {
    const browser = await signedIn(alice, RESOURCES)
    const asked = async (fields: Fields): Promise<boolean> =>
      (await browser.visit(authorizationUrl(fields))).left === null
    await authorize(browser, { resource: FILES })
    expect(await asked({ resource: FILES })).toBe(false)
    expect(await asked({ resource: MAIL })).toBe(true)
    await authorize(browser, { resource: MAIL, scope: 'mail' })
    expect(await asked({ resource: MAIL, scope: 'mail' })).toBe(false)
    // Reading files and writing mail are no right to read mail.
    expect(await asked({ resource: MAIL })).toBe(true)
    expect(await asked({})).toBe(false)
  })
})
