import { decodeJwt } from 'jose'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { DEVICE_GRANT, givenDevices, letIn, poll, startDevice, typeCode } from '../support/device.ts'
import { givenCast, givenClient } from '../support/fixture.ts'
import { authorizationUrl, givenCode, redeem, signedIn } from '../support/flow.ts'
import { type Answer, answerOf, introspect, post, type Vars } from '../support/http.ts'
import { must, threat } from '../support/must.ts'
import { all } from '../support/operator.ts'
import { givenPasskey, passkeySignIn } from '../support/passkeys.ts'
import { FILES, MAIL, RESOURCES } from '../support/resources.ts'

let alice: string

beforeEach(async () => {
  ;({ alice } = await givenCast())
  await givenDevices()
})

/** Starts a device that names some resources, and has it let in. */
async function deviceFor(
  resources: readonly string[],
  form: Readonly<Record<string, string>> = {},
  browser?: Browser,
): Promise<Answer> {
  const device = await start(resources, form)
  expect(device).toMatchObject({ status: 200 })
  const person = browser ?? (await signedIn(alice, RESOURCES))
  await letIn(person, await typeCode(person, device['user_code']), (form['scope'] ?? 'read').split(' '))
  return device
}

async function start(
  resources: readonly string[],
  form: Readonly<Record<string, string>> = {},
  vars: Vars = RESOURCES,
): Promise<Answer> {
  const body = new URLSearchParams({ client_id: 'tv', scope: 'read', ...form })
  for (const resource of resources) body.append('resource', resource)
  return answerOf(await post('/oauth2/device_authorization', body.toString(), {}, vars))
}

const tokensFor = async (device: Answer, form: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  poll(device['device_code'], form, RESOURCES)

const audience = async ({ access_token }: Answer): Promise<unknown> =>
  (await introspect(access_token, 'other', RESOURCES))['aud']

describe('a device', () => {
  must(
    'RFC 8707',
    '2',
    'gets tokens for the resources that it named when it asked to be let in',
    async () => {
      const tokens = await tokensFor(await deviceFor([FILES]))
      expect(tokens).toMatchObject({ status: 200, scope: 'read' })
      expect(await audience(tokens)).toBe(FILES)
      const both = await deviceFor([FILES, MAIL], { scope: 'mail read write' })
      const narrow = await tokensFor(both, { resource: MAIL })
      expect(narrow).toMatchObject({ status: 200, scope: 'mail read', expires_in: 300 })
      expect(await audience(narrow)).toBe(MAIL)
    },
  )

  must(
    'RFC 8707',
    '2.2',
    'threat 188: gets none for a resource that it has not named then, and stays let in',
    async () => {
      const device = await deviceFor([FILES])
      expect(await tokensFor(device, { resource: MAIL })).toMatchObject({
        status: 400,
        error: 'invalid_target',
      })
      expect(await tokensFor(device, { resource: FILES })).toMatchObject({ status: 200 })
      const plain = await deviceFor([])
      expect(await tokensFor(plain, { resource: FILES })).toMatchObject({ error: 'invalid_target' })
      expect(await audience(await tokensFor(plain))).toBeUndefined()
    },
  )

  must(
    'RFC 8707',
    '2',
    'is refused for an unknown resource, and scopes that its resources do not take',
    async () => {
      expect(await start(['https://other.example/'])).toMatchObject({ status: 400, error: 'invalid_target' })
      expect(await start([FILES, `${FILES}#x`])).toMatchObject({ status: 400, error: 'invalid_target' })
      expect(await start([FILES], { scope: 'mail' })).toMatchObject({ status: 400, error: 'invalid_scope' })
      const stranger = { client_id: 'printer', client_secret: 'wrong' }
      expect(await start(['https://other.example/'], stranger)).toMatchObject({ error: 'invalid_client' })
      expect(await start(['https://other.example/'], {}, {})).toMatchObject({ status: 200 })
    },
  )

  threat(121, 'names its resources to its person, and the consent is for them', async () => {
    const device = await start([FILES])
    const browser = await signedIn(alice, RESOURCES)
    const page = await typeCode(browser, device['user_code'])
    expect(page.text).toContain('<strong>Files</strong>')
    await letIn(browser, page)
    expect(await all('SELECT targets FROM authorized_clients')).toEqual([
      { targets: JSON.stringify([`read ${FILES}`]) },
    ])
  })

  must('RFC 9470', '6.2', 'gets tokens that say how its person had signed in', async () => {
    const { browser } = await passkeySignIn(await givenPasskey(alice), RESOURCES, authorizationUrl())
    const scope = 'openid read'
    const strong = await tokensFor(await deviceFor([], { scope }, browser))
    expect(await introspect(strong.access_token, 'other', RESOURCES)).toMatchObject({ acr: 'phr' })
    expect(decodeJwt(String(strong['id_token']))['amr']).toContain('mfa')
    const weak = await tokensFor(await deviceFor([], { scope }))
    expect(await introspect(weak.access_token, 'other', RESOURCES)).toMatchObject({ acr: '1' })
    expect(decodeJwt(String(weak['id_token']))['amr']).toEqual(['pwd'])
  })

  it('of a client with pairwise subjects knows its person by the same one in every token', async () => {
    const vars = { ...RESOURCES, OAUTH_RESOURCES: `{"${FILES}":{"name":"Files","token_format":"jwt"}}` }
    const metadata = JSON.stringify({ subject_type: 'pairwise', token_endpoint_auth_method: 'none' })
    const grantTypes = ['authorization_code', DEVICE_GRANT]
    await givenClient('box', { type: 'public', metadata, grantTypes, requirePkce: false })
    const code = await givenCode(alice, { client_id: 'box', scope: 'openid' }, vars)
    const { id_token } = await redeem(code, { client_id: 'box', client_secret: undefined }, vars)
    const device = await startDevice({ client_id: 'box', resource: FILES }, vars)
    const browser = await signedIn(alice, vars)
    await letIn(browser, await typeCode(browser, device['user_code']))
    const { access_token } = await poll(device['device_code'], { client_id: 'box' }, vars)
    expect(decodeJwt(access_token).sub).toBe(decodeJwt(String(id_token)).sub)
    expect(decodeJwt(access_token).sub).not.toBe(alice)
  })
})
