import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { fillEmailKeys } from '../../src/identity/email-keys.ts'
import { emailKey } from '../../src/identity/usernames.ts'
import { createMailLinkStore } from '../../src/store/d1/mail-links/index.ts'
import { givenStaff } from '../admin/support.ts'
import { askForReset } from '../recovery/support.ts'
import { hiddenFields } from '../support/browser.ts'
import { givenCast, givenUser } from '../support/fixture.ts'
import { signedIn } from '../support/flow.ts'
import { codeIn, mailTo, OUTBOX, readMails } from '../support/mail.ts'
import { threat } from '../support/must.ts'
import { all } from '../support/operator.ts'

const HERE = '/account/email'
const ADDRESS = 'alice@example.org'
let alice = ''
let bob = ''

beforeEach(async () => {
  ;({ alice, bob } = await givenCast())
})

/** Proves an address by the code of its mail; returns what the page says. */
async function prove(userId: string, email: string): Promise<string> {
  const browser = await signedIn(userId, OUTBOX)
  const { anti_forgery = '' } = hiddenFields((await browser.visit(HERE)).text, HERE)
  await browser.post(HERE, { anti_forgery, intent: 'send', email })
  const code = codeIn(await mailTo(email))
  const answer = await browser.post(HERE, { anti_forgery, intent: 'code', code })
  return answer.status === 303 ? (await browser.visit(HERE)).text : answer.text()
}

/** What the panel says when staff fill in the form of a user. */
async function staffWrite(userId: string, fields: Readonly<Record<string, string>>): Promise<string> {
  const { browser } = await givenStaff()
  const path = `/admin/users/edit?id=${userId}`
  return (await browser.submit(await browser.visit(path), path, Object.entries(fields))).text
}

async function addresses(): Promise<readonly unknown[]> {
  return all(`SELECT username, email, email_key AS key, email_verified_at IS NOT NULL AS proved FROM users
    WHERE username IN ('alice', 'bob') ORDER BY username`)
}

describe('emails', () => {
  it.each([
    ['case', 'Alice@Example.ORG', 'alice@example.org'],
    ['the way in which a domain is written', 'a@BÜCHER.example', 'a@xn--bcher-kva.example'],
    ['full-width letters', 'a@ｅxample.org', 'a@example.org'],
    ['spaces around them', '  a@example.org\t', 'a@example.org'],
  ])('are not told apart by %s', (_what, one, other) => {
    expect(emailKey(one)).toBe(emailKey(other))
  })

  it.each([
    ['a sharp s', 'a@straße.example', 'a@strasse.example'],
    ['a final sigma', 'a@βόλος.example', 'a@βόλοσ.example'],
    ['what a URL ends a host by', 'a@bücher.example/x', 'a@bücher.example'],
    ['a port', 'a@bücher.example:80', 'a@bücher.example'],
    ['a user', 'a@b@bücher.example', 'b@bücher.example'],
    ['a letter of another script', 'a@exаmple.org', 'a@example.org'],
  ])('are told apart by %s', (_what, one, other) => {
    expect(emailKey(one)).not.toBe(emailKey(other))
  })

  it('are compared as names where they are none', () => {
    for (const text of ['Alice', '@bücher', '＠', 'a@bü%63her', 'a@'])
      expect(emailKey(text)).not.toContain('xn--')
    expect(emailKey('Alice')).toBe('alice')
  })
})

describe('whose an address is', () => {
  threat(174, 'a domain whose letters only fold into those of another is another', async () => {
    await prove(alice, 'me@straße.example')
    expect(await prove(bob, 'me@strasse.example')).toContain('is the verified address of your account')
    for (const [typed, to] of [
      ['me@strasse.example', 'me@strasse.example'],
      ['ME@xn--strae-oqa.example', 'me@straße.example'],
    ] as const) {
      const before = (await readMails()).length
      await askForReset(typed)
      const mails = await readMails()
      expect([mails.length - before, mails[0]?.to]).toEqual([1, to])
    }
  })

  threat(
    174,
    'an address that somebody typed at sign-up stands for nobody because staff edit the user',
    async () => {
      await all(`UPDATE users SET email = '${ADDRESS}' WHERE id = '${bob}'`)
      expect(await staffWrite(bob, { email: ADDRESS, given_name: 'Bob' })).toContain('is changed')
      expect(await addresses()).toContainEqual({ username: 'bob', email: ADDRESS, key: null, proved: 0 })
      await askForReset(ADDRESS)
      expect(await readMails()).toEqual([])
    },
  )

  threat(174, 'staff cannot write an address to a user that another one has proved', async () => {
    await prove(alice, ADDRESS)
    expect(await staffWrite(bob, { email: ADDRESS })).toContain('Another user already has this address.')
    expect(await addresses()).toEqual([
      { username: 'alice', email: ADDRESS, key: ADDRESS, proved: 1 },
      { username: 'bob', email: null, key: null, proved: 0 },
    ])
  })

  threat(
    174,
    'whoever proves an address has it, also where staff had written it to somebody else',
    async () => {
      await staffWrite(bob, { email: ADDRESS })
      expect(await addresses()).toContainEqual({ username: 'bob', email: ADDRESS, key: ADDRESS, proved: 0 })
      expect(await prove(alice, ADDRESS)).toContain('is the verified address of your account')
      expect(await addresses()).toEqual([
        { username: 'alice', email: ADDRESS, key: ADDRESS, proved: 1 },
        { username: 'bob', email: ADDRESS, key: null, proved: 0 },
      ])
      await askForReset(ADDRESS)
      const [mail] = await readMails()
      expect(mail?.text).toContain('/login/password?token=')
      expect(await all(`SELECT user_id FROM mail_links WHERE kind = 'reset'`)).toEqual([{ user_id: alice }])
    },
  )

  threat(174, 'a proof that staff replace by another address is none', async () => {
    await prove(alice, ADDRESS)
    await staffWrite(alice, { email: 'other@example.org' })
    expect(await addresses()).toContainEqual({
      username: 'alice',
      email: 'other@example.org',
      key: 'other@example.org',
      proved: 0,
    })
    await askForReset(ADDRESS)
    expect((await readMails()).filter(({ to }) => to === ADDRESS)).toHaveLength(1)
  })
})

describe('addresses that were compared by folded letters', () => {
  const migration = env.TEST_MIGRATIONS.find(({ name }) => name.includes('email_domains'))
  const rows = async (): Promise<readonly unknown[]> =>
    all('SELECT username AS name, email_key AS key FROM users WHERE email IS NOT NULL ORDER BY username')

  it('go to who has proved them, whoever has typed them in the meantime', async () => {
    const [owner, other] = [await givenUser('owner'), await givenUser('other')]
    await env.DB.prepare('UPDATE users SET email = ?1, email_key = ?1, email_verified_at = 1 WHERE id = ?2')
      .bind('d@bücher.example', owner)
      .run()
    await env.DB.batch((migration?.queries ?? []).map((query) => env.DB.prepare(query)))
    await env.DB.prepare('UPDATE users SET email = ?1, email_key = ?2 WHERE id = ?3')
      .bind('d@bücher.example', 'd@xn--bcher-kva.example', other)
      .run()
    await fillEmailKeys(createMailLinkStore(env.DB), 9)
    expect(await rows()).toEqual([
      { name: 'other', key: null },
      { name: 'owner', key: 'd@xn--bcher-kva.example' },
    ])
  })

  it('are compared as they are written until the next run of the cron trigger, and by their domains after it', async () => {
    for (const [name, email, key] of [
      ['a', 'A@straße.example', 'a@strasse.example'],
      ['b', 'b@example.org', 'b@example.org'],
      ['c', 'ç@example.org', 'ç@example.org'],
      ['d', 'd@bücher.example', 'd@bücher.example'],
      ['e', 'd@xn--bcher-kva.example', 'd@xn--bcher-kva.example'],
      ['f', 'f@bücher.example', null],
    ] as const) {
      const id = await givenUser(name)
      await env.DB.prepare('UPDATE users SET email = ?1, email_key = ?2 WHERE id = ?3')
        .bind(email, key, id)
        .run()
    }
    await env.DB.batch((migration?.queries ?? []).map((query) => env.DB.prepare(query)))
    const before = (await readMails()).length
    await askForReset('a@strasse.example')
    expect(await readMails()).toHaveLength(before)
    await askForReset('a@straße.example')
    const mails = await readMails()
    expect([mails.length - before, mails[0]?.to]).toEqual([1, 'A@straße.example'])
    const store = createMailLinkStore(env.DB)
    expect(await fillEmailKeys(store, 9)).toBe(2)
    expect(await fillEmailKeys(store, 9)).toBe(0)
    expect(await rows()).toEqual([
      { name: 'a', key: 'a@xn--strae-oqa.example' },
      { name: 'b', key: 'b@example.org' },
      { name: 'c', key: 'ç@example.org' },
      { name: 'd', key: null },
      { name: 'e', key: 'd@xn--bcher-kva.example' },
      { name: 'f', key: null },
    ])
  })
})
