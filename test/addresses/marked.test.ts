import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { usernameSkeleton } from '../../src/identity/skeleton.ts'
import { emailKey, usernameKey } from '../../src/identity/usernames.ts'
import { createAdminStore } from '../../src/store/d1/admin/index.ts'
import { createImportStore } from '../../src/store/d1/import/index.ts'
import { createStore } from '../../src/store/d1/index.ts'
import { createIssuerStore } from '../../src/store/d1/issuers.ts'
import { createMailLinkStore } from '../../src/store/d1/mail-links/index.ts'
import { askForReset } from '../recovery/support.ts'
import { hiddenFields, openBrowser } from '../support/browser.ts'
import { givenUser, PASSWORD } from '../support/fixture.ts'
import { mailTo, OUTBOX } from '../support/mail.ts'
import { threat } from '../support/must.ts'
import { all, mark } from '../support/operator.ts'

const EMAIL = 'ann@straße.example'
/** The same address as somebody may write it, and one of somebody else that folds to the same. */
const [SAME, OTHER] = ['Ann@straße.Example', 'ann@strasse.example']

let ann = ''
beforeEach(async () => {
  // As a migration leaves an address beyond ASCII, until the cron trigger fills in its key.
  ann = await givenUser('ann', {
    email: EMAIL,
    emailKey: `\n${usernameKey(EMAIL)}`,
    emailVerifiedAt: 1,
  })
})

/** What creates a user with an address. */
function newUser<T extends string>(username: T, email: string) {
  const keys = { usernameKey: username, usernameSkeleton: usernameSkeleton(username) }
  return {
    id: username,
    username,
    ...keys,
    email,
    emailKey: emailKey(email),
    passwordHash: '$x',
    isStaff: false,
  }
}

async function keyOf(username: string): Promise<unknown> {
  const [row] = await all(`SELECT email_key FROM users WHERE username = '${username}'`)
  return row?.['email_key']
}

describe('an address whose key is not filled in yet', () => {
  it('signs its user in with the password, and nobody whose address only folds to the same', async () => {
    for (const [username, status] of [
      [SAME, 303],
      [OTHER, 400],
    ] as const) {
      const browser = openBrowser(OUTBOX)
      const { text } = await browser.visit('/login')
      const form = { ...hiddenFields(text, '/login'), username, password: PASSWORD }
      expect([username, (await browser.post('/login', form)).status]).toEqual([username, status])
    }
  })

  it('receives the mail for a new password, and no other address does', async () => {
    await askForReset(OTHER)
    expect(await all('SELECT email FROM mail_links')).toEqual([])
    await askForReset(SAME)
    expect((await mailTo(EMAIL)).text).toContain('/login/password?token=')
  })

  it('is what an assertion of a trusted issuer means', async () => {
    const issuers = createIssuerStore(env.DB)
    expect(await issuers.findUser('email', SAME, emailKey(SAME))).toBe(ann)
    expect(await issuers.findUser('email', OTHER, emailKey(OTHER))).toBeNull()
  })

  threat(174, 'is given to no second user by staff, who create one or change one', async () => {
    const store = createAdminStore(env.DB)
    expect(await store.createUser(newUser('eve', SAME), mark())).toBe('email taken')
    expect(await store.createUser(newUser('oscar', OTHER), mark())).toMatchObject({ username: 'oscar' })
    const change = { email: SAME, emailKey: emailKey(SAME), isStaff: false }
    await store.updateUser('oscar', change, mark())
    expect(await keyOf('oscar')).toBe(emailKey(OTHER))
  })

  threat(174, 'is given to no second user by a sign-up, with or without an invitation', async () => {
    const store = createStore(env.DB, env.KV)
    const session = { userAgent: '', amr: [], expiresAt: 9e9, replaces: null }
    const signUp = async (user: Parameters<typeof store.createUser>[0]): Promise<string> =>
      store.createUser(user, { ...session, id: `session of ${user.id}`, userId: user.id }, mark())
    expect(await signUp(newUser('eve', SAME))).toBe('email taken')
    await all(
      `INSERT INTO mail_links (id, kind, email, created_at, expires_at) VALUES ('i', 'invite', '${SAME}', 1, 9000000000)`,
    )
    const invitation = { id: 'i', provesEmail: true }
    expect(await signUp({ ...newUser('eve', SAME), invitation })).toBe('email taken')
    // The invitation is left for whoever takes another name and address.
    expect(await all(`SELECT spent_at FROM mail_links`)).toEqual([{ spent_at: null }])
    expect(await signUp(newUser('oscar', OTHER))).toBe('created')
    // An address that others may share is nobody's alone.
    expect(await signUp({ ...newUser('peggy', SAME), emailKey: null })).toBe('created')
  })

  threat(174, 'is given to no second user by an import', async () => {
    const imported = [newUser('eve', SAME), newUser('oscar', OTHER)].map((user) => ({
      ...user,
      nameId: user.id,
      passwordHash: 'old',
      isActive: true,
      profile: '{}',
      createdAt: 1,
      lastSignInAt: null,
    }))
    const store = createImportStore(env.DB)
    const mode = { dry: false, restore: false, mark: mark() }
    expect(await store.importUsers(imported, mode)).toEqual(['created', 'created'])
    expect([await keyOf('eve'), await keyOf('oscar')]).toEqual([null, emailKey(OTHER)])
    const changed = imported.slice(1).map((user) => ({ ...user, email: SAME, emailKey: emailKey(SAME) }))
    expect(await store.importUsers(changed, { ...mode, mark: mark() })).toEqual(['updated'])
    expect(await keyOf('oscar')).toBeNull()
    expect(await createMailLinkStore(env.DB).listStaleEmailKeys(9)).toEqual([{ id: ann, email: EMAIL }])
  })
})
