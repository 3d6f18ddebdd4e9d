import { env } from 'cloudflare:workers'
import { decodeJwt, SignJWT, UnsecuredJWT } from 'jose'
import { beforeEach, describe, expect, it } from 'vitest'
import { identityAssertions } from '../../src/provider/identity-assertions.ts'
import { createIssuerStore } from '../../src/store/d1/issuers.ts'
import { givenStaff } from '../admin/support.ts'
import { newAddress, putUp, timesAsked } from '../support/documents.ts'
import { boundToken, makeProofKey } from '../support/dpop.ts'
import { embedded } from '../support/embedded.ts'
import { givenCast, givenClient, SECRET } from '../support/fixture.ts'
import { type Answer, answerOf, introspect, ORIGIN, send, token } from '../support/http.ts'
import { must } from '../support/must.ts'
import { all, mark, sentTwice } from '../support/operator.ts'
import { FILES, MAIL, RESOURCES } from '../support/resources.ts'
import { makeKey, type Signer } from '../support/signer.ts'

const DRAFT = 'draft-ietf-oauth-identity-assertion-authz-grant-04'
const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const ISSUER = 'https://login.company.example'

let alice: string
let key: Omit<Signer, 'clientId'>

/** An assertion of the trusted issuer, with some claims and header members changed. */
async function assertionOf(
  claims: Readonly<Record<string, unknown>> = {},
  header: Readonly<Record<string, unknown>> = {},
  by: Omit<Signer, 'clientId'> = key,
): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const usual = {
    iss: ISSUER,
    sub: 'alice',
    aud: ORIGIN,
    client_id: 'agent',
    jti: crypto.randomUUID(),
    iat: now,
    exp: now + 60,
    scope: 'read write',
  }
  return new SignJWT({ ...usual, ...claims })
    .setProtectedHeader({ alg: 'ES256', typ: 'oauth-id-jag+jwt', kid: by.jwk.kid ?? '', ...header })
    .sign(by.privateKey)
}

async function bring(assertion: string, form: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return token({ client_id: 'agent', grant_type: GRANT, assertion, ...form }, RESOURCES)
}

const REFUSED = { status: 400, error: 'invalid_grant' }

beforeEach(async () => {
  ;({ alice } = await givenCast())
  await givenClient('agent', { grantTypes: [GRANT] })
  key = await makeKey()
  const jwksUri = newAddress('login.company.example.org')
  await putUp(jwksUri, { json: { keys: [key.jwk] } })
  const issuer = { issuer: ISSUER, name: 'Company', jwksUri, audience: null, subject: 'username' } as const
  await createIssuerStore(env.DB).createIssuer(issuer, mark())
})

describe('an identity assertion authorization grant', () => {
  must(DRAFT, '4.4.2', 'brings an access token for the user whom a trusted issuer means', async () => {
    const answer = await bring(await assertionOf())
    expect(answer).toMatchObject({ status: 200, token_type: 'Bearer', scope: 'read write' })
    expect(await introspect(answer.access_token, 'other', RESOURCES)).toMatchObject({
      active: true,
      sub: alice,
      client_id: 'agent',
    })
    expect(await bring(await assertionOf(), { scope: 'read' })).toMatchObject({ scope: 'read' })
  })

  must(DRAFT, '4.4.3', 'brings no refresh token, even to a client that may refresh', async () => {
    await givenClient('both', { grantTypes: [GRANT, 'refresh_token'] })
    const answer = await bring(await assertionOf({ client_id: 'both' }), { client_id: 'both' })
    expect(answer).toMatchObject({ status: 200 })
    expect(answer).not.toHaveProperty('refresh_token')
  })

  must(DRAFT, '4.4.1', 'is for the resources that it names, and for no others', async () => {
    const answer = await bring(await assertionOf({ resource: FILES, scope: 'read' }))
    expect(await introspect(answer.access_token, 'other', RESOURCES)).toMatchObject({ aud: FILES })
    const other = await bring(await assertionOf({ resource: FILES, scope: 'read' }), { resource: MAIL })
    expect(other).toMatchObject({ status: 400, error: 'invalid_target' })
  })

  must(DRAFT, '4.4.1', 'is refused with another type, even that of the client’s own assertions', async () => {
    for (const typ of ['JWT', 'at+jwt', 'jwt', 'oauth-id-jag']) {
      expect(await bring(await assertionOf({}, { typ }))).toMatchObject(REFUSED)
    }
  })

  must(DRAFT, '4.4.1', 'threat 186: is refused for another client, and without one', async () => {
    for (const client_id of ['web', '', undefined, ['agent']]) {
      expect(await bring(await assertionOf({ client_id }))).toMatchObject(REFUSED)
    }
  })

  must(
    'RFC 7523',
    '3',
    'threat 186: is refused with a foreign audience, with several, and with none',
    async () => {
      for (const aud of [
        'https://other.example',
        [ORIGIN, 'https://other.example'],
        undefined,
        `${ORIGIN}/oauth2/token`,
      ]) {
        expect(await bring(await assertionOf({ aud }))).toMatchObject(REFUSED)
      }
    },
  )

  must(
    'RFC 7523',
    '3',
    'threat 186: is refused of an issuer whom nobody trusts, and under a trusted name by other keys',
    async () => {
      expect(await bring(await assertionOf({ iss: 'https://stranger.example' }))).toMatchObject(REFUSED)
      const stranger = await makeKey()
      expect(await bring(await assertionOf({}, {}, stranger))).toMatchObject(REFUSED)
      const brought = { ...stranger, jwk: { ...stranger.jwk, kid: key.jwk.kid ?? '' } }
      expect(await bring(await assertionOf({}, { jwk: stranger.jwk }, brought))).toMatchObject(REFUSED)
    },
  )

  must(
    'RFC 7523',
    '3',
    'threat 131: is refused where the keys of its issuer are at no public address, which nobody asks',
    async () => {
      for (const address of [
        'https://169.254.169.254/latest/meta-data',
        'https://2130706433/keys',
        'https://[::ffff:10.0.0.1]/keys',
        'https://localtest.me/keys',
        'https://keys.internal/keys',
        'http://login.company.example.org/keys',
      ]) {
        // However the address came into the storage.
        await all(`UPDATE trusted_issuers SET jwks_uri = '${address}'`)
        await putUp(address, { json: { keys: [key.jwk] } })
        expect(await bring(await assertionOf())).toMatchObject(REFUSED)
        expect(await timesAsked(address)).toBe(0)
      }
    },
  )

  must('RFC 8725', '2.1', 'is refused without a signature, and with the public key as a secret', async () => {
    const claims = { iss: ISSUER, sub: 'alice', aud: ORIGIN, client_id: 'agent', jti: 'x' }
    expect(await bring(new UnsecuredJWT(claims).setExpirationTime('1m').encode())).toMatchObject(REFUSED)
    const secret = new TextEncoder().encode(JSON.stringify(key.jwk))
    const confused = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', typ: 'oauth-id-jag+jwt', kid: key.jwk.kid ?? '' })
      .setExpirationTime('1m')
      .sign(secret)
    expect(await bring(confused)).toMatchObject(REFUSED)
  })

  must('RFC 7523', '3', 'is refused when it has expired, comes from the future, or never ends', async () => {
    const now = Math.floor(Date.now() / 1000)
    for (const times of [
      { exp: now - 60 },
      { exp: now + 86_400 },
      { exp: undefined },
      { iat: now + 600 },
      { iat: undefined },
      { nbf: now + 600 },
      { jti: undefined },
    ]) {
      expect(await bring(await assertionOf(times))).toMatchObject(REFUSED)
    }
  })

  must(
    'RFC 7523',
    '3',
    'threat 187: works once, also of many at once, and a stranger does not spend it',
    async () => {
      const assertion = await assertionOf()
      expect(await bring(assertion, { client_secret: `${SECRET}x` })).toMatchObject({
        error: 'invalid_client',
      })
      const answers = await Promise.all(Array.from({ length: 10 }, () => bring(assertion)))
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
      expect(await bring(assertion)).toMatchObject(REFUSED)
    },
  )

  must(
    'RFC 7523',
    '3',
    'is refused for a subject that means nobody, and for a user who is disabled',
    async () => {
      for (const sub of ['nobody', '', undefined, alice]) {
        expect(await bring(await assertionOf({ sub }))).toMatchObject(REFUSED)
      }
      await all(`UPDATE users SET deletion_at = 9999999999 WHERE id = '${alice}'`)
      expect(await bring(await assertionOf())).toMatchObject(REFUSED)
      await all(`UPDATE users SET deletion_at = NULL WHERE id = '${alice}'`)
      await all(`UPDATE users SET is_active = 0 WHERE id = '${alice}'`)
      expect(await bring(await assertionOf())).toMatchObject(REFUSED)
    },
  )

  must(DRAFT, '4.4.1', 'gives no more scope than it says, and never the scope admin', async () => {
    expect(await bring(await assertionOf({ scope: 'read' }), { scope: 'read write' })).toMatchObject({
      error: 'invalid_scope',
    })
    for (const malformed of [
      { scope: ['read'] },
      { scope: '' },
      { resource: [] },
      { resource: {} },
      { resource: [1] },
    ]) {
      expect(await bring(await assertionOf(malformed), { scope: 'read write' })).toMatchObject({
        error: 'invalid_grant',
      })
    }
    await givenClient('console', { grantTypes: [GRANT], scope: 'admin read' })
    const admin = await assertionOf({ client_id: 'console', scope: 'admin' })
    expect(await bring(admin, { client_id: 'console' })).toMatchObject({ error: 'invalid_scope' })
  })

  must(
    'RFC 7800',
    '3.1',
    'threat 187: is refused without a proof of the key that it is bound to, and stays unspent',
    async () => {
      const [mine, theirs] = [await makeProofKey(), await makeProofKey()]
      const assertion = await assertionOf({ cnf: { jkt: mine.jkt } })
      const form = { client_id: 'agent', grant_type: GRANT, assertion }
      expect(await bring(assertion)).toMatchObject(REFUSED)
      expect(await boundToken(theirs, form, {}, RESOURCES)).toMatchObject(REFUSED)
      const answer = await boundToken(mine, form, {}, RESOURCES)
      expect(answer).toMatchObject({ status: 200, token_type: 'DPoP' })
      expect(await introspect(answer.access_token, 'other', RESOURCES)).toMatchObject({
        cnf: { jkt: mine.jkt },
      })
    },
  )

  must('RFC 7800', '3.1', 'is refused where it is bound by what nobody here can prove', async () => {
    const mine = await makeProofKey()
    for (const cnf of [{ 'x5t#S256': 'x' }, { jwk: mine.jwk }, {}, null, 'x', { jkt: 1 }]) {
      const form = { client_id: 'agent', grant_type: GRANT, assertion: await assertionOf({ cnf }) }
      expect(await boundToken(mine, form, {}, RESOURCES)).toMatchObject(REFUSED)
    }
  })

  it('gives no more than the hook grantScope of the embedding Worker lets it', async () => {
    const ask = embedded({
      features: [identityAssertions()],
      grantScope: (requested) => requested.replace('write', ''),
    })
    const form = { client_id: 'agent', client_secret: SECRET, grant_type: GRANT }
    const body = new URLSearchParams({ ...form, assertion: await assertionOf(), scope: 'read write' })
    expect(await answerOf(await ask('/oauth2/token', { method: 'POST', body }))).toMatchObject({
      status: 200,
      scope: 'read',
    })
  })

  it('means by an id the user who has exactly this one', async () => {
    await all(`UPDATE trusted_issuers SET subject = 'id'`)
    expect(await bring(await assertionOf({ sub: alice }))).toMatchObject({ status: 200 })
    for (const sub of [` ${alice}`, `${alice}\n`]) {
      expect(await bring(await assertionOf({ sub }))).toMatchObject(REFUSED)
    }
  })

  it('means by an email address the user who has proved it, and nobody else', async () => {
    await all(`UPDATE trusted_issuers SET subject = 'email'`)
    await all(`UPDATE users SET email = 'a@b.example', email_key = 'a@b.example' WHERE id = '${alice}'`)
    const email = 'A@b.example'
    expect(await bring(await assertionOf({ sub: 'x', email }))).toMatchObject(REFUSED)
    await all(`UPDATE users SET email_verified_at = 1 WHERE id = '${alice}'`)
    expect(await bring(await assertionOf({ sub: 'x', email }))).toMatchObject({ status: 200 })
    expect(await bring(await assertionOf({ sub: 'x', email, email_verified: false }))).toMatchObject(REFUSED)
    expect(await bring(await assertionOf({ sub: email }))).toMatchObject(REFUSED)
  })

  it('is for confidential clients that have the grant type', async () => {
    expect(await bring(await assertionOf({ client_id: 'web' }), { client_id: 'web' })).toMatchObject({
      error: 'unauthorized_client',
    })
    await givenClient('open', { type: 'public', grantTypes: [GRANT] })
    const open = await assertionOf({ client_id: 'open' })
    expect(await bring(open, { client_id: 'open', client_secret: '' })).toMatchObject({
      error: 'unauthorized_client',
    })
  })

  it('says of the sign-in what its issuer says of it, and nothing else, in every token', async () => {
    const metadata = JSON.stringify({ access_token_format: 'jwt' })
    await givenClient('reader', { grantTypes: [GRANT], metadata })
    await givenClient('api', { grantTypes: [EXCHANGE], metadata })
    const signedInAt = Math.floor(Date.now() / 1000) - 60
    for (const auth_time of [undefined, signedInAt]) {
      const asked = { client_id: 'reader', scope: 'openid read', auth_time }
      const first = await bring(await assertionOf(asked), { client_id: 'reader' })
      const second = await token({
        client_id: 'api',
        grant_type: EXCHANGE,
        subject_token: first.access_token,
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      })
      for (const answer of [first, second]) {
        const told = [
          decodeJwt(answer.access_token),
          decodeJwt(String(answer['id_token'])),
          await introspect(answer.access_token),
        ]
        for (const claims of told) {
          expect(claims).toMatchObject({ sub: alice })
          expect(claims['auth_time']).toBe(auth_time)
          expect(claims).not.toHaveProperty('acr')
          expect(claims).not.toHaveProperty('amr')
        }
      }
    }
  })

  it('is announced in the metadata', async () => {
    expect(await (await send('/.well-known/oauth-authorization-server')).json()).toMatchObject({
      grant_types_supported: expect.arrayContaining([GRANT]) as unknown,
      authorization_grant_profiles_supported: ['urn:ietf:params:oauth:grant-profile:id-jag'],
    })
  })
})

describe('trusted issuers', () => {
  it('are listed, made and deleted in the panel', async () => {
    const { browser } = await givenStaff()
    expect((await browser.visit('/admin/trusted-issuers')).text).toContain(ISSUER)
    const path = '/admin/trusted-issuers/new'
    const fields = [
      ['issuer', 'https://second.example'],
      ['name', 'Second'],
      ['jwks_uri', 'https://second.example/keys'],
      ['subject', 'email'],
    ] as const
    const made = await browser.submit(await browser.visit(path), path, fields)
    expect(made.text).toContain('The issuer Second is trusted.')
    const wrong = await browser.submit(await browser.visit(path), path, [
      ...fields.slice(1, 2),
      ['issuer', 'https://third.example'],
      ['jwks_uri', 'file:///etc/passwd'],
      ['subject', 'email'],
    ])
    expect(wrong.status).toBe(400)
    expect(await all('SELECT issuer FROM trusted_issuers')).toHaveLength(2)
  })

  it('are written once by each call, which may be sent again', async () => {
    const issuer = {
      issuer: 'https://a.example',
      name: 'A',
      jwksUri: 'https://a.example/k',
      audience: null,
      subject: 'id',
    } as const
    expect(await createIssuerStore(sentTwice(env.DB)).createIssuer(issuer, mark())).toBe(true)
    expect(await createIssuerStore(env.DB).createIssuer(issuer, mark())).toBe(false)
    expect(await createIssuerStore(sentTwice(env.DB)).updateIssuer({ ...issuer, name: 'B' }, mark())).toBe(
      true,
    )
    expect(await createIssuerStore(env.DB).readIssuer(issuer.issuer)).toMatchObject({ name: 'B' })
    expect(await createIssuerStore(sentTwice(env.DB)).deleteIssuer(issuer.issuer, mark())).toBe(true)
    expect(await createIssuerStore(env.DB).deleteIssuer(issuer.issuer, mark())).toBe(false)
  })
})
