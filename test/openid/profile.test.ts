import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { createAdminStore } from '../../src/store/d1/admin/index.ts'
import { createImportStore } from '../../src/store/d1/import/index.ts'
import { createStore } from '../../src/store/d1/index.ts'
import { givenStaff } from '../admin/support.ts'
import { type Browser, hiddenFields } from '../support/browser.ts'
import { givenCast } from '../support/fixture.ts'
import { expectPage, FORGED, givenCode, redeem, signedIn } from '../support/flow.ts'
import { send } from '../support/http.ts'
import { must } from '../support/must.ts'
import { userInfo } from '../support/openid.ts'
import { all, mark } from '../support/operator.ts'
import { givenAdminToken } from '../support/tokens.ts'

const PROFILE = '/account/profile'
const TEXTS = {
  name: 'Alice Liddell',
  given_name: 'Alice',
  family_name: 'Liddell',
  nickname: 'Al',
  birthdate: '1852-05-04',
  zoneinfo: 'Europe/London',
  locale: 'en-GB',
  website: 'https://alice.example/',
  picture: 'https://alice.example/a.png',
  phone_number: '+44 20 7946 0000',
}
const ADDRESS = { street_address: 'St Aldates 1', postal_code: 'OX1 1DP', locality: 'Oxford', country: 'GB' }

let alice: string
let browser: Browser

beforeEach(async () => {
  ;({ alice } = await givenCast())
  browser = await signedIn(alice)
})

/** Saves the form of the page as it is shown, with some fields changed. */
async function save(fields: Readonly<Record<string, string>>): Promise<Response> {
  const { text } = await browser.visit(PROFILE)
  const { anti_forgery = '' } = hiddenFields(text, PROFILE)
  const inputs = text.matchAll(/<input id="([^"]+)"[^>]* value="([^"]*)"/g)
  const shown = [...inputs].map(([, name = '', value = '']) => [name, value] as const)
  return browser.post(PROFILE, { ...Object.fromEntries(shown), ...fields, anti_forgery })
}

async function claims(): Promise<Record<string, unknown>> {
  const scope = 'openid profile email address phone'
  const { access_token } = await redeem(await givenCode(alice, { scope }))
  return userInfo(access_token)
}

async function storedProfile(): Promise<unknown> {
  const [row] = await all(`SELECT profile FROM users WHERE id = '${alice}'`)
  return JSON.parse(String(row?.['profile']))
}

describe('The profile of a person', () => {
  must('OpenID Connect Core', '5.1', 'releases what the person says on the account page', async () => {
    expect((await browser.visit('/account')).text).toContain(`href="${PROFILE}"`)
    expect((await save({ ...TEXTS, ...ADDRESS })).status).toBe(303)
    const page = await browser.visit(PROFILE)
    expect(page.text).toContain('Your profile is saved.')
    expect(page.text).toContain('value="St Aldates 1"')
    const told = await claims()
    expect(told).toMatchObject({ ...TEXTS, address: ADDRESS })
    expect(told).not.toHaveProperty('phone_number_verified')
    expect(Number(told['updated_at'])).toBeGreaterThan(1_700_000_000)
  })

  it('loses what is emptied, and nothing else', async () => {
    await save({ ...TEXTS, ...ADDRESS })
    await save({ nickname: '', street_address: '', postal_code: '', locality: '', country: '' })
    const told = await claims()
    expect(told).toMatchObject({ name: 'Alice Liddell', website: TEXTS.website })
    expect(told).not.toHaveProperty('nickname')
    expect(told).not.toHaveProperty('address')
  })

  it('keeps claims for which the page has no field', async () => {
    await all(`UPDATE users SET profile = '{"gender":"female","nickname":"A"}' WHERE id = '${alice}'`)
    await save({ nickname: 'B' })
    expect(await claims()).toMatchObject({ gender: 'female', nickname: 'B' })
  })

  it('shows a phone number as verified no longer once it is another one', async () => {
    const held = { phone_number: '+1 555 0100', phone_number_verified: true }
    await all(`UPDATE users SET profile = '${JSON.stringify(held)}' WHERE id = '${alice}'`)
    await save({ nickname: 'B' })
    expect(await claims()).toMatchObject(held)
    await save({ phone_number: '+1 555 0199' })
    expect(await claims()).not.toHaveProperty('phone_number_verified')
  })

  it('takes no field that a person may not say', async () => {
    const before = await all(`SELECT is_staff, email, email_verified_at FROM users WHERE id = '${alice}'`)
    const hostile = {
      email: 'x@y.example',
      email_verified: 'true',
      is_staff: 'true',
      phone_number_verified: 'true',
    }
    await save({ nickname: 'B', sub: 'bob', ...hostile })
    expect(await storedProfile()).toEqual({ nickname: 'B', address: {} })
    expect(await all(`SELECT is_staff, email, email_verified_at FROM users WHERE id = '${alice}'`)).toEqual(
      before,
    )
  })

  it.each([
    ['birthdate', '1852-13-04'],
    ['birthdate', 'yesterday'],
    ['zoneinfo', 'Mars/Olympus'],
    ['locale', 'not a language'],
    ['website', 'javascript:alert(1)'],
    ['picture', 'https://user:secret@alice.example/'],
    ['phone_number', 'call me'],
    ['name', 'x'.repeat(201)],
    ['nickname', 'two\nlines'],
  ])('refuses as %s %j, says so beside the field, and saves nothing', async (name, value) => {
    const response = await save({ given_name: 'Alice', [name]: value })
    const text = await response.text()
    expect(response.status).toBe(400)
    expect(text).toContain(`id="${name}-error"`)
    expect(text).toContain('value="Alice"')
    expect(await storedProfile()).toEqual({})
  })

  it('is escaped wherever it is shown', async () => {
    await save({ nickname: '"><script>alert(1)</script>' })
    expect((await browser.visit(PROFILE)).text).not.toContain('<script>alert')
    expect(await claims()).toHaveProperty('nickname', '"><script>alert(1)</script>')
  })

  it('cannot be changed by another site, nor seen by somebody who is not signed in', async () => {
    await expectPage(await browser.post(PROFILE, { nickname: 'X' }), 403, FORGED)
    expect((await send(PROFILE)).headers.get('Location')).toBe('/login')
    expect(await storedProfile()).toEqual({})
  })

  it('speaks the language of the browser', async () => {
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await send(PROFILE, { headers: { Cookie: cookie, 'Accept-Language': 'de' } })
    expect(await response.text()).toContain('Geburtsdatum')
  })
})

describe('The profile of a person, for staff', () => {
  it('is read and changed by the API, with everything that is wrong said at once', async () => {
    await all("INSERT INTO scopes (name, description, created_at) VALUES ('admin', 'Everything', 0)")
    const access = await givenAdminToken((await givenStaff()).id)
    const call = async (method: string, body?: object): Promise<Record<string, unknown>> => {
      const response = await send(`/admin/api/users/${alice}`, {
        method,
        headers: { Authorization: `Bearer ${access}`, 'Content-Type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      })
      return { ...(await response.json<Record<string, unknown>>()), status: response.status }
    }
    const changed = await call('PATCH', { ...TEXTS, ...ADDRESS })
    expect(changed).toMatchObject({ status: 200, record: { ...TEXTS, ...ADDRESS, is_staff: false } })
    expect(await call('PATCH', { nickname: null })).toMatchObject({
      record: { nickname: null, name: TEXTS.name },
    })
    expect(await claims()).toMatchObject({ name: TEXTS.name, address: ADDRESS })
    expect(await call('PATCH', { locale: '!', website: 'x', nickname: 7, email: 'nobody' })).toMatchObject({
      status: 400,
      problems: [{ field: 'email' }, { field: 'nickname' }, { field: 'locale' }, { field: 'website' }],
    })
    expect(await call('GET')).toMatchObject({ nickname: null, locale: 'en-GB' })
  })

  it('never lets an address pass for verified that took the place of one that was', async () => {
    await all(
      `UPDATE users SET email = 'a@x.example', email_key = 'a@x.example', email_verified_at = 5 WHERE id = '${alice}'`,
    )
    expect(await claims()).toMatchObject({ email: 'a@x.example', email_verified: true })
    const store = createAdminStore(env.DB)
    const change = {
      email: 'a@x.example',
      emailKey: 'a@x.example',
      isStaff: false,
      profile: { nickname: 'A' },
    }
    await store.updateUser('alice', change, mark())
    expect(await claims()).toMatchObject({ email_verified: true, nickname: 'A' })
    await store.updateUser('alice', { ...change, email: 'b@x.example', emailKey: 'b@x.example' }, mark())
    expect(await claims()).toMatchObject({ email: 'b@x.example', email_verified: false })
  })

  it('never lets an import or a sign-in by somebody else’s users keep another address verified', async () => {
    const verify = `UPDATE users SET password_hash = 'old', email = 'a@x.example', email_verified_at = 5 WHERE id = '${alice}'`
    const verified = `SELECT email, email_verified_at FROM users WHERE id = '${alice}'`
    await all(verify)
    const user = { id: alice, username: 'alice', email: 'b@x.example', isStaff: false }
    const imported = {
      ...user,
      nameId: 'n',
      usernameKey: 'alice',
      usernameSkeleton: 'alice',
      emailKey: 'b@x.example',
      passwordHash: 'new',
      isActive: true,
      profile: '{}',
      createdAt: 1,
      lastSignInAt: null,
    }
    const mode = { dry: false, restore: false, mark: mark() }
    expect(await createImportStore(env.DB).importUsers([imported], mode)).toEqual(['updated'])
    expect(await all(verified)).toEqual([{ email: 'b@x.example', email_verified_at: null }])
    await all(verify)
    const session = {
      id: 's',
      userId: alice,
      userAgent: '',
      amr: ['pwd'],
      expiresAt: 4_000_000_000,
      replaces: null,
    }
    const keys = { account: 'a', network: 'n' }
    const external = { passwordHash: 'old', rehash: null, external: user, throttleKeys: keys }
    expect(await createStore(env.DB, env.KV).createSession(session, external, mark())).toBe(true)
    expect(await all(verified)).toEqual([{ email: 'b@x.example', email_verified_at: null }])
  })
})
