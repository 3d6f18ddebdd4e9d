import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { givenCast, givenClient, givenUser } from '../support/fixture.ts'
import { tokensOf } from '../support/http.ts'
import { all } from '../support/operator.ts'
import { fill } from './many-rows.ts'
import { givenStaff, signIn } from './support.ts'

beforeEach(async () => {
  await givenCast()
})

/** Names and numbers of the tiles of a page. */
function countsOf(text: string): Readonly<Record<string, string>> {
  const tile = /<a class="box count"[^>]*><span class="muted">([^<]*)<\/span><span class="figure">([^<]*)</g
  return Object.fromEntries([...text.matchAll(tile)].map(([, name = '', count = '']) => [name, count]))
}

/** What is shown of a record at once: what waits behind it is cut. */
function factsAtOnce(text: string): readonly string[] {
  const [, facts = ''] = /<div class="box"><dl[^>]*>(.*?)<\/dl>/s.exec(text) ?? []
  return [...facts.matchAll(/<dt>([^<]*)<\/dt>/g)].map(([, name = '']) => name)
}

describe('the record of a user', () => {
  it('has sessions with their browsers, consents, ways to sign in, and how much belongs to it', async () => {
    const { browser } = await givenStaff()
    await tokensOf()
    await signIn('alice')
    await env.DB.prepare(
      `UPDATE sessions SET user_agent = 'Mozilla/5.0 (Windows NT 10.0) Firefox/130.0'`,
    ).run()
    await env.DB.prepare("UPDATE users SET second_factor_at = 1790000000 WHERE username = 'alice'").run()
    await env.DB.prepare(
      `INSERT INTO passkeys (credential_id, user_id, public_key, sign_count, transports, synced, backed_up, name, created_at, op)
        SELECT 'p', id, '', 0, '', 0, 0, 'Key', 1, 'x' FROM users WHERE username = 'alice'`,
    ).run()
    const { results } = await env.DB.prepare("SELECT id FROM users WHERE username = 'alice'").all<{
      id: string
    }>()
    const { text } = await browser.visit(`/admin/users/show?id=${results[0]?.id ?? ''}`)
    expect(countsOf(text)).toMatchObject({ Grants: '1', 'Access tokens': '1', Sessions: '1' })
    expect(text).toContain('>Firefox on Windows<')
    expect(text).not.toContain('>Mozilla/5.0')
    expect(factsAtOnce(text)).toEqual(
      expect.arrayContaining(['Password changed', 'Second factor since', 'Passkeys']),
    )
    expect(factsAtOnce(text)).not.toContain('Nickname')
    expect(text).toContain('<dt>Nickname</dt>')
    expect(text).toContain('<a href="/admin/users">Users</a></nav><h1>alice</h1>')
  })
})

describe('the record of a client', () => {
  it('has the age of each secret and when it ends, and none of them', async () => {
    const now = Math.floor(Date.now() / 1000)
    await givenClient('two', { name: 'Two secrets' })
    await env.DB.batch([
      env.DB.prepare("DELETE FROM client_secrets WHERE client_id = 'two'"),
      env.DB.prepare("INSERT INTO client_secrets VALUES ('two', 'hash-of-the-old-one', ?, ?)").bind(
        now - 40 * 86_400,
        now + 3 * 3600 + 60,
      ),
      env.DB.prepare("INSERT INTO client_secrets VALUES ('two', 'hash-of-the-new-one', ?, NULL)").bind(
        now - 7200,
      ),
    ])
    const { browser } = await givenStaff()
    const { text } = await browser.visit('/admin/clients/show?id=two')
    const [, secrets = ''] = /<h2 id="secrets">(.*?)<\/section>/s.exec(text) ?? []
    const cells = [...secrets.matchAll(/<td[^>]*>(.*?)<\/td>/gs)].map(([, cell = '']) =>
      cell.replaceAll(/<[^>]*>/g, ''),
    )
    expect(cells).toEqual(['2 hours ago', 'When it is rotated', '1 month ago', 'in 3 hours'])
    expect(text).not.toContain('hash-of-the')
    const { text: list } = await browser.visit('/admin/export/clients')
    expect(list).not.toContain('secret_times')
  })

  it('says nothing of secrets where the client is public', async () => {
    await givenClient('open', { type: 'public' })
    await env.DB.prepare("DELETE FROM client_secrets WHERE client_id = 'open'").run()
    const { browser } = await givenStaff()
    expect((await browser.visit('/admin/clients/show?id=open')).text).not.toContain('id="secrets"')
  })

  it('shows what is set, and the rest behind it', async () => {
    await givenClient('plain')
    const { browser } = await givenStaff()
    const facts = factsAtOnce((await browser.visit('/admin/clients/show?id=plain')).text)
    expect(facts).toEqual(expect.arrayContaining(['Client id', 'Redirect URIs', 'Disabled', 'Secrets']))
    for (const name of ['Logo', 'Subject', 'ID token signature', 'Contacts'])
      expect(facts).not.toContain(name)
  })
})

describe('a record without a name', () => {
  it('is called by its user and its client, in its title and before it is revoked', async () => {
    const { browser } = await givenStaff()
    await tokensOf()
    await signIn('alice')
    const [grant] = await all("SELECT id FROM grants WHERE client_id = 'web'")
    const id = String(grant?.['id'])
    for (const [kind, title] of [
      ['grants', 'Grant'],
      ['refresh-tokens', 'Refresh token'],
    ] as const) {
      const { text } = await browser.visit(`/admin/${kind}/show?id=${id}`)
      expect(text).toContain(`<h1>${title}: alice, Application web</h1>`)
      expect(text).toContain('<dt>Client id</dt><dd><code>web</code></dd>')
    }
    const list = await browser.visit('/admin/grants')
    expect(list.text).toContain('aria-label="Select alice, Application web"')
    const asked = await browser.submit(list, '/admin/grants/act', [
      ['id', id],
      ['action', 'revoke'],
    ])
    expect(asked.text).toContain('<li>alice, Application web</li>')
    const [event] = await all("SELECT id FROM audit_events WHERE type = 'signed_in'")
    expect((await browser.visit(`/admin/audit-events/show?id=${String(event?.['id'])}`)).text).toMatch(
      /<h1>Event: Signed in, [^<]+<\/h1>/,
    )
  })

  it('is called by the id of its client if that no longer exists', async () => {
    const { browser } = await givenStaff()
    const insert =
      'INSERT INTO refusals (id, at, client_id, endpoint, asked, error, rule) VALUES (?, 1, ?, ?, ?, ?, ?)'
    await env.DB.prepare(insert).bind('gone', 'deleted-client', 'token', null, 'invalid_client', 'x').run()
    const refused = await browser.visit('/admin/refusals/show?id=gone')
    expect(refused.text).toContain('<h1>Refused request: invalid_client, deleted-client</h1>')
  })
})

describe('the overview', () => {
  it('counts clients, users and what is valid now, up to a thousand', async () => {
    await fill(1200, 40)
    const { browser } = await givenStaff()
    expect(countsOf((await browser.visit('/admin')).text)).toEqual({
      Clients: '1,000+',
      Users: '1,000+',
      'Access tokens (valid)': '40',
      'Sessions (valid)': '1,000+',
    })
  })

  it('says the number of each day where a pointer rests, without a script', async () => {
    await givenUser('staff', { isStaff: true })
    const browser = await signIn('staff')
    const { text } = await browser.visit('/admin')
    const today = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', timeZone: 'UTC' }).format()
    expect(text).toContain(`<title>${today}: 1</title>`)
    expect(text.match(/<title>[A-Z][a-z]{2} \d+: \d+<\/title>/g)).toHaveLength(4 * 14)
    expect(text).not.toContain('<script')
  })
})
