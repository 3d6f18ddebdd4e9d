import { env } from 'cloudflare:workers'
import { decodeJwt } from 'jose'
import { beforeEach, describe, expect, it } from 'vitest'
import { createAdminStore } from '../../src/store/d1/admin/index.ts'
import { boundToken, makeProofKey } from '../support/dpop.ts'
import { givenCast, givenClient, PASSWORD, SECRET } from '../support/fixture.ts'
import { authorizationUrl, authorize, codeIn, redeem, signedIn } from '../support/flow.ts'
import { type Answer, introspect, refresh, revoke, token, tokensOf, type Vars } from '../support/http.ts'
import { must, threat } from '../support/must.ts'
import { all, mark } from '../support/operator.ts'
import { givenPasskey, passkeySignIn } from '../support/passkeys.ts'
import { FILES, MAIL, RESOURCES, tokenWith } from '../support/resources.ts'

const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange'
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'

/** Exchanges a token as the API `api`. */
async function exchange(
  subject: string,
  form: Readonly<Record<string, string>> = {},
  vars: Vars = RESOURCES,
): Promise<Answer> {
  const asked = { grant_type: GRANT, subject_token: subject, subject_token_type: ACCESS_TOKEN }
  return token({ client_id: 'api', ...asked, ...form }, vars)
}

/** A token of alice for both resources. */
async function subjectFor(scope = 'mail read write', resources = [FILES, MAIL]): Promise<Answer> {
  const answer = await tokenWith([
    ['grant_type', 'password'],
    ['username', 'alice'],
    ['password', 'correct horse battery staple'],
    ['scope', scope],
    ...resources.map((resource) => ['resource', resource] as const),
  ])
  expect(answer).toMatchObject({ status: 200 })
  return answer
}

/** A token of alice, and what `api` and then `next` were given for it. */
async function givenChain(): Promise<{
  readonly subject: Answer
  readonly chain: readonly [Answer, Answer]
}> {
  const subject = await subjectFor()
  await givenClient('next', { grantTypes: [GRANT] })
  const first = await exchange(subject.access_token)
  return { subject, chain: [first, await exchange(first.access_token, { client_id: 'next' })] }
}

/** Which of some tokens introspection says are active. */
async function activeOf(answers: readonly Answer[]): Promise<unknown[]> {
  return Promise.all(
    answers.map(async ({ access_token }) => (await introspect(access_token, 'other', RESOURCES)).active),
  )
}

let alice: string
beforeEach(async () => {
  ;({ alice } = await givenCast())
  await givenClient('api', { grantTypes: [GRANT] })
})

describe('token exchange', () => {
  must(
    'RFC 8693',
    '2.2.1',
    'gives a token for one of the resources of the subject, on its behalf',
    async () => {
      const subject = await subjectFor()
      const answer = await exchange(subject.access_token, { resource: MAIL })
      expect(answer).toMatchObject({
        status: 200,
        scope: 'mail read',
        issued_token_type: ACCESS_TOKEN,
        token_type: 'Bearer',
      })
      expect(answer).not.toHaveProperty('refresh_token')
      expect(await introspect(answer.access_token, 'other', RESOURCES)).toMatchObject({
        active: true,
        sub: alice,
        client_id: 'api',
        aud: MAIL,
        act: { sub: 'api' },
      })
    },
  )

  it('says in every token how the user of its subject had signed in', async () => {
    const { browser } = await passkeySignIn(await givenPasskey(alice), {}, authorizationUrl())
    const subject = await redeem(codeIn(await authorize(browser, { scope: 'openid read' })))
    const answer = await exchange(subject.access_token, {}, {})
    const [before, after] = [subject, answer].map((each) => decodeJwt(String(each['id_token'])))
    expect(before?.['amr']).toContain('mfa')
    expect(after).toMatchObject({ amr: before?.['amr'], auth_time: before?.['auth_time'] })
    expect(await introspect(answer.access_token)).toMatchObject({ acr: 'phr' })
  })

  must('RFC 8693', '4.1', 'says who acted before, and in a JWT, too', async () => {
    await givenClient('next', {
      grantTypes: [GRANT],
      metadata: JSON.stringify({ access_token_format: 'jwt' }),
    })
    const first = await exchange((await subjectFor()).access_token)
    const second = await exchange(first.access_token, { client_id: 'next', audience: FILES })
    expect(decodeJwt(second.access_token)).toMatchObject({
      sub: alice,
      aud: FILES,
      act: { sub: 'next', act: { sub: 'api' } },
    })
  })

  must('RFC 8693', '2.2.2', 'threat 184: refuses more scope than the subject has', async () => {
    const subject = await subjectFor('read')
    expect(await exchange(subject.access_token, { scope: 'read write' })).toMatchObject({
      error: 'invalid_scope',
    })
    expect(await exchange(subject.access_token, { scope: 'mail', resource: MAIL })).toMatchObject({
      error: 'invalid_scope',
    })
  })

  must(
    'RFC 8693',
    '2.2.2',
    'threat 184: refuses a resource that the subject is not for, by resource and by audience',
    async () => {
      const subject = await subjectFor('read', [FILES])
      for (const name of ['resource', 'audience']) {
        expect(await exchange(subject.access_token, { [name]: MAIL })).toMatchObject({
          error: 'invalid_target',
        })
        expect(await exchange(subject.access_token, { [name]: 'https://other.example/' })).toMatchObject({
          error: 'invalid_target',
        })
      }
    },
  )

  must(
    'RFC 8693',
    '2.2.2',
    'threat 184: refuses a resource for a subject that is for none in particular',
    async () => {
      const subject = await subjectFor('read', [])
      expect(await exchange(subject.access_token, { resource: FILES })).toMatchObject({
        error: 'invalid_target',
      })
      expect(await exchange(subject.access_token, { scope: 'read' })).toMatchObject({ status: 200 })
    },
  )

  must('RFC 8693', '2.2.2', 'refuses what is no access token that is valid, and other types', async () => {
    const subject = await subjectFor()
    for (const wrong of ['at_x', subject.refresh_token ?? '', `${subject.access_token.slice(0, -2)}AA`]) {
      expect(await exchange(wrong)).toMatchObject({ status: 400, error: 'invalid_request' })
    }
    for (const form of [
      { subject_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' },
      { requested_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' },
      { actor_token: subject.access_token, actor_token_type: ACCESS_TOKEN },
    ]) {
      expect(await exchange(subject.access_token, form)).toMatchObject({
        status: 400,
        error: 'invalid_request',
      })
    }
    await revoke(subject.access_token, 'web', RESOURCES)
    expect(await exchange(subject.access_token)).toMatchObject({ error: 'invalid_request' })
  })

  must('RFC 8693', '2.1', 'refuses clients without the grant type, public ones and strangers', async () => {
    const { access_token: subject } = await subjectFor()
    expect(await exchange(subject, { client_id: 'other' })).toMatchObject({ error: 'unauthorized_client' })
    await givenClient('open', { type: 'public', grantTypes: [GRANT] })
    expect(await exchange(subject, { client_id: 'open', client_secret: '' })).toMatchObject({
      error: 'unauthorized_client',
    })
    expect(await exchange(subject, { client_secret: `${SECRET}x` })).toMatchObject({
      error: 'invalid_client',
    })
  })

  threat(184, 'never gives a token that is valid longer than its subject', async () => {
    const subject = await subjectFor()
    const answer = await exchange(subject.access_token, { resource: FILES })
    expect(answer.expires_in).toBeLessThanOrEqual(subject.expires_in)
  })

  must(
    'RFC 9449',
    '7.1',
    'threat 118: takes a subject that is bound to a key with a proof of that key alone',
    async () => {
      const [mine, thief] = [await makeProofKey(), await makeProofKey()]
      const form = { grant_type: 'password', username: 'alice', password: PASSWORD, resource: FILES }
      const { access_token } = await boundToken(mine, form, {}, RESOURCES)
      const asked = {
        client_id: 'api',
        grant_type: GRANT,
        subject_token: access_token,
        subject_token_type: ACCESS_TOKEN,
      }
      expect(await exchange(access_token)).toMatchObject({ status: 400, error: 'invalid_grant' })
      expect(await boundToken(thief, asked, {}, RESOURCES)).toMatchObject({ error: 'invalid_grant' })
      const answer = await boundToken(mine, asked, {}, RESOURCES)
      expect(answer).toMatchObject({ status: 200, token_type: 'DPoP' })
      expect(await introspect(answer.access_token, 'other', RESOURCES)).toMatchObject({
        cnf: { jkt: mine.jkt },
      })
    },
  )

  threat(
    185,
    'gives a token that ends with the grant of its subject, however often it was exchanged',
    async () => {
      const { chain, subject } = await givenChain()
      expect(await activeOf(chain)).toEqual([true, true])
      await refresh(subject.refresh_token ?? '', {}, RESOURCES)
      expect(await activeOf(chain)).toEqual([true, true])
      await revoke(subject.refresh_token ?? '', 'web', RESOURCES)
      expect(await activeOf(chain)).toEqual([false, false])
    },
  )

  threat(185, 'shows its user and operators no token as valid that has ended with its subject', async () => {
    const { chain, subject } = await givenChain()
    const browser = await signedIn(alice, RESOURCES)
    const now = Math.floor(Date.now() / 1000)
    const lists = ['access-tokens', 'grants'] as const
    const listed = async (
      list: (typeof lists)[number],
      filters: Readonly<Record<string, string>>,
    ): Promise<unknown[]> => {
      const query = { filters, after: null, limit: 10 }
      const { records } = await createAdminStore(env.DB).browse(list, query, now)
      return records.map(({ client_id, state }) => [client_id, state])
    }
    expect((await browser.visit('/account')).text).toContain('Application next')
    for (const list of lists) {
      expect(await listed(list, { state: 'valid' })).toEqual(
        expect.arrayContaining([
          ['api', 'valid'],
          ['next', 'valid'],
        ]),
      )
    }
    await revoke(subject.access_token, 'web', RESOURCES)
    expect(await activeOf(chain)).toEqual([false, false])
    const { text } = await browser.visit('/account')
    expect(text).toContain('Application web')
    expect(text).not.toContain('Application api')
    expect(text).not.toContain('Application next')
    expect(await listed('access-tokens', { state: 'valid' })).toEqual([])
    // The grant of the subject has a refresh token.
    expect(await listed('grants', { state: 'valid' })).toEqual([['web', 'valid']])
    for (const list of lists) expect(await listed(list, { client: 'next' })).toEqual([['next', 'revoked']])
  })

  threat(185, 'gives a token that ends with any client on whose token it rests', async () => {
    const { chain } = await givenChain()
    const disable = async (clientId: string, at: number | null): Promise<unknown> =>
      all(`UPDATE clients SET disabled_at = ${at} WHERE client_id = '${clientId}'`)
    await disable('web', 1)
    expect(await activeOf(chain)).toEqual([false, false])
    await disable('web', null)
    await disable('api', 1)
    expect(await activeOf(chain)).toEqual([false, false])
    await disable('api', null)
    expect(await activeOf(chain)).toEqual([true, true])
  })

  threat(185, 'gives a token that ends with an exchanged one between it and its subject', async () => {
    const { chain } = await givenChain()
    await revoke(chain[0].access_token, 'api', RESOURCES)
    expect(await activeOf(chain)).toEqual([false, false])
  })

  threat(
    185,
    'gives a token that ends with the access token of its subject, and stays so when that is refreshed',
    async () => {
      const { chain, subject } = await givenChain()
      await revoke(subject.access_token, 'web', RESOURCES)
      expect(await activeOf(chain)).toEqual([false, false])
      const next = await refresh(subject.refresh_token ?? '', {}, RESOURCES)
      expect(next).toMatchObject({ status: 200 })
      expect(await activeOf(chain)).toEqual([false, false])
      const later = await exchange(next.access_token)
      expect(await activeOf([later])).toEqual([true])
      const operator = { ...mark(), now: Math.floor(Date.now() / 1000) }
      const [row] = await all(`SELECT id || '.' || refresh_seq AS id FROM grants WHERE client_id = 'web'`)
      await createAdminStore(env.DB).revokeTokens({ id: String(row?.['id']) }, operator)
      expect(await activeOf([later])).toEqual([false])
    },
  )

  must(
    'RFC 8693',
    '2.2.2',
    'refuses a token of a client that acts for itself: it has no other subject',
    async () => {
      const own = await token({ client_id: 'service', grant_type: 'client_credentials' }, RESOURCES)
      expect(own).toMatchObject({ status: 200 })
      expect(await exchange(own.access_token)).toMatchObject({ status: 400, error: 'invalid_request' })
    },
  )

  it('goes on for eight exchanges, and no more', async () => {
    let { access_token } = await subjectFor('read')
    for (let times = 0; times < 8; times++) {
      const answer = await exchange(access_token)
      expect(answer).toMatchObject({ status: 200 })
      ;({ access_token } = answer)
    }
    expect(await exchange(access_token)).toMatchObject({ status: 400, error: 'invalid_request' })
  })

  threat(185, 'does not give the scope admin, and ends with its user', async () => {
    const subject = await subjectFor()
    const answer = await exchange(subject.access_token)
    await all(`UPDATE users SET is_active = 0 WHERE id = '${alice}'`)
    expect(await introspect(answer.access_token, 'other', RESOURCES)).toMatchObject({ active: false })
    expect(await exchange(subject.access_token)).toMatchObject({ error: 'invalid_request' })
  })

  it('gives each subject its own token under OAUTH_SINGLE_ACCESS_TOKEN', async () => {
    const vars = { OAUTH_SINGLE_ACCESS_TOKEN: 'true' }
    const { access_token: subject } = await tokensOf({}, vars)
    const first = await exchange(subject, {}, vars)
    const second = await exchange(subject, {}, vars)
    expect(first.access_token).not.toBe(second.access_token)
  })
})
