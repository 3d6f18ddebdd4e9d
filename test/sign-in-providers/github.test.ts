import { beforeEach, describe, expect, it } from 'vitest'
import type { Visit } from '../support/browser.ts'
import { openBrowser } from '../support/browser.ts'
import { putUp, timesAsked } from '../support/documents.ts'
import { givenCast, givenUser } from '../support/fixture.ts'
import { authorizationUrl } from '../support/flow.ts'
import { threat } from '../support/must.ts'
import { all } from '../support/operator.ts'
import {
  answerPath,
  EMAILS,
  GITHUB,
  GITHUB_SELF,
  givenGithub,
  givenProvider,
  goTo,
} from '../support/sign-in-providers.ts'

const FAILED = 'Signing in with GitHub did not work.'
const API = 'https://api.github.com'
const TOKEN = 'https://github.com/login/oauth/access_token'

async function answer(changed: Parameters<typeof answerPath>[2] = {}): Promise<Visit> {
  const { browser, url } = await goTo('github')
  return browser.visit(answerPath(GITHUB_SELF, url, changed))
}

beforeEach(async () => {
  await givenCast()
  await givenGithub()
})

describe('GitHub', () => {
  it('is asked as its documentation says, and makes an account just in time', async () => {
    await givenProvider('https://github.com', { ...GITHUB, createsAccounts: true, trustsAddresses: true })
    const { browser, url } = await goTo('github')
    expect(`${url.origin}${url.pathname}`).toBe('https://github.com/login/oauth/authorize')
    expect(url.searchParams.get('scope')).toBe('read:user user:email')
    expect(url.searchParams.get('code_challenge_method')).toBe('S256')
    expect(url.searchParams.has('nonce')).toBe(false)
    expect((await browser.visit(answerPath(GITHUB_SELF, url))).text).toContain('Signed in as octocat')
    expect(await all(`SELECT email_key FROM users WHERE username = 'octocat'`)).toEqual([
      { email_key: 'octocat@github.example' },
    ])
    expect(await all('SELECT subject, label FROM linked_accounts')).toEqual([
      { subject: '1', label: 'octocat@github.example' },
    ])
  })

  it('need not name itself, as servers of companies do not yet', async () => {
    await givenProvider('https://github.com', { ...GITHUB, createsAccounts: true })
    expect((await answer({ iss: undefined })).text).toContain('Signed in as octocat')
  })

  it('may be that of a company, whose API is below its own address', async () => {
    const own = 'https://ghe.corp.example.org'
    await givenProvider(own, { ...GITHUB, createsAccounts: true })
    await putUp(`${own}/login/oauth/access_token`, { json: { access_token: 'x', token_type: 'bearer' } })
    await putUp(`${own}/api/v3/user`, { json: { login: 'hubot', id: 7 } })
    await putUp(`${own}/api/v3/user/emails`, { json: [] })
    const { browser, url } = await goTo('github')
    expect(url.origin).toBe(own)
    const visit = await browser.visit(answerPath({ issuer: `${own}/login/oauth` }, url))
    expect(visit.text).toContain('Signed in as hubot')
  })

  it('says of several addresses the one at an allowed domain', async () => {
    await givenProvider('https://github.com', { ...GITHUB, createsAccounts: true, domains: 'corp.example' })
    expect((await answer()).text).toContain('Signed in as octocat')
    await givenGithub({ id: 2 }, EMAILS.slice(0, 2))
    expect((await answer()).text).toContain(
      'a verified address at these domains can sign in here: corp.example.',
    )
  })

  it('does not serve an application that wants its user authenticated now', async () => {
    await givenProvider('https://github.com', { ...GITHUB, createsAccounts: true })
    const browser = openBrowser()
    const page = await browser.visit(authorizationUrl({ prompt: 'login', scope: 'openid' }))
    const visit = await browser.submit(page, '/login/with/github', [])
    expect([visit.status, visit.text.includes('does not say whether you have just signed in')]).toEqual([
      400,
      true,
    ])
  })

  threat(190, 'opens no account by an address that is not verified there', async () => {
    await givenUser('victim', {
      email: 'victim@bank.example',
      emailKey: 'victim@bank.example',
      emailVerifiedAt: 1,
    })
    await givenProvider('https://github.com', { ...GITHUB, trustsAddresses: true })
    for (const emails of [EMAILS, EMAILS.slice(3), []]) {
      await givenGithub({}, emails)
      expect((await answer()).text).toContain('No account here can be used')
    }
    expect(await all('SELECT 1 FROM linked_accounts')).toEqual([])
  })

  threat(
    192,
    'knows people by their number: a login that passed to somebody else opens nothing',
    async () => {
      await givenProvider('https://github.com', { ...GITHUB, createsAccounts: true })
      await answer()
      await givenGithub({ id: 99 }, [])
      expect((await answer()).text).toMatch(/Signed in as octocat-[a-z\d]{4}/)
      await givenGithub({ login: 'renamed' })
      expect((await answer()).text).toMatch(/Signed in as octocat</)
    },
  )

  threat(191, 'is not taken for another that names itself in its answer', async () => {
    await givenProvider('https://github.com', { ...GITHUB, createsAccounts: true })
    const before = await timesAsked(TOKEN)
    for (const iss of ['https://evil.example', 'https://github.com'])
      expect((await answer({ iss })).text).toContain(FAILED)
    expect(await timesAsked(TOKEN)).toBe(before)
  })

  for (const [what, user] of [
    ['without a number', { id: undefined }],
    ['with a text for a number', { id: '1' }],
    ['with a number that is none', { id: -1 }],
    ['without a login', { login: undefined }],
  ] as const)
    threat(192, `signs nobody in by a user ${what}`, async () => {
      await givenProvider('https://github.com', { ...GITHUB, createsAccounts: true })
      await givenGithub(user)
      expect((await answer()).text).toContain(FAILED)
    })

  for (const [what, address, put] of [
    ['the code is wrong, which it says with status 200', TOKEN, { json: { error: 'bad_verification_code' } }],
    ['the token is not taken', `${API}/user`, { status: 401, json: { message: 'Bad credentials' } }],
    ['the addresses may not be read', `${API}/user/emails`, { status: 404, json: { message: 'Not Found' } }],
    ['it answers with a page', `${API}/user`, { body: '<html>', headers: { 'Content-Type': 'text/html' } }],
  ] as const)
    it(`signs nobody in where ${what}`, async () => {
      await givenProvider('https://github.com', { ...GITHUB, createsAccounts: true })
      await putUp(address, put)
      expect((await answer()).text).toContain(FAILED)
      expect(await all('SELECT 1 FROM sessions')).toEqual([])
    })
})
