import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { fillEmailKeys } from '../../src/identity/email-keys.ts'
import { emailKey, usernameKey } from '../../src/identity/usernames.ts'
import { createMailLinkStore } from '../../src/store/d1/mail-links/index.ts'
import { givenUser } from '../support/fixture.ts'
import { threat } from '../support/must.ts'
import { all } from '../support/operator.ts'
import {
  answerPath,
  givenIssuer,
  givenProvider,
  goTo,
  type Issuer,
  signInWith,
  vouch,
} from '../support/sign-in-providers.ts'

const EMAIL = 'ann@straße.example'
const links = createMailLinkStore(env.DB)

let issuer: Issuer
let ann = ''
beforeEach(async () => {
  issuer = await givenIssuer()
  await givenProvider(issuer.issuer, { createsAccounts: true, trustsAddresses: true })
  // As the migration leaves an address beyond ASCII, until the cron trigger fills in its key.
  const marked = `\n${usernameKey(EMAIL)}`
  ann = await givenUser('first', { email: EMAIL, emailKey: marked, emailVerifiedAt: 1 })
})

async function holders(): Promise<readonly unknown[]> {
  return all(`SELECT id, email_key FROM users WHERE email_verified_at IS NOT NULL ORDER BY created_at`)
}

describe('a verified address whose key is not filled in yet', () => {
  threat(174, 'finds its account by a trusted provider, and is given to no second one', async () => {
    await signInWith(issuer, { email: 'Ann@straße.example' })
    expect(await all('SELECT user_id FROM linked_accounts')).toEqual([{ user_id: ann }])
    await fillEmailKeys(links, 1)
    expect(await holders()).toEqual([{ id: ann, email_key: emailKey(EMAIL) }])
  })

  threat(174, 'belongs to one account, whichever of a sign-in and the cron trigger comes first', async () => {
    for (let round = 0; round < 6; round++) {
      await all('DELETE FROM linked_accounts')
      await env.DB.prepare('UPDATE users SET email_key = ? WHERE id = ?')
        .bind(`\n${usernameKey(EMAIL)}`, ann)
        .run()
      const { browser, url } = await goTo()
      await vouch(issuer, url, { sub: `sub-${round}`, email: EMAIL })
      await Promise.all([browser.get(answerPath(issuer, url)), fillEmailKeys(links, 1)])
      expect(await holders()).toEqual([{ id: ann, email_key: emailKey(EMAIL) }])
      expect(await all('SELECT user_id FROM linked_accounts')).toEqual([{ user_id: ann }])
    }
  })

  threat(174, 'is proved by nobody else meanwhile', async () => {
    const eve = await givenUser('eve')
    await env.DB.prepare(
      `INSERT INTO mail_links (id, kind, user_id, email, created_at, expires_at) VALUES ('l', 'verify', ?, ?, 1, 9000000000)`,
    )
      .bind(eve, EMAIL)
      .run()
    const link = { id: 'l', userId: eve, email: EMAIL, emailKey: emailKey(EMAIL), use: 'link' } as const
    expect(await links.verifyAddress(link, { id: 'r', now: 2, network: null })).toBe('taken')
    expect(await holders()).toHaveLength(1)
  })

  it('is that of nobody whose address only folds to the same', async () => {
    await signInWith(issuer, { email: 'ann@strasse.example' })
    expect(await all(`SELECT 1 FROM linked_accounts WHERE user_id <> '${ann}'`)).toHaveLength(1)
    await fillEmailKeys(links, 1)
    expect(new Set((await holders()).map((row) => JSON.stringify(row))).size).toBe(2)
  })
})
