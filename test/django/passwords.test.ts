import { env } from 'cloudflare:workers'
import { describe, expect, it, vi } from 'vitest'
import { django } from '../../src/django/index.ts'
import { djangoPasswordProblem } from '../../src/django/known-hashes.ts'
import { slowHashes } from '../../src/django/slow-hashes.ts'
import { passwordProblem } from '../../src/django/users.ts'
import { verifyPassword } from '../../src/identity/passwords.ts'
import { givenClient, givenUser } from '../support/fixture.ts'
import { token } from '../support/http.ts'
import { importRecords, tableOf } from '../support/import.ts'

const PASSWORD = 'pässword'

/** Verifies a password as the provider with the feature does. */
const verify = async (password: string, hash: string) =>
  verifyPassword(password, hash, django({ slowHashes }).passwordFormats ?? [])

/** Made by Django 5.2's own hashers, but for the last three, which are of the time before it. */
const HASHES = [
  [
    'pbkdf2_sha256, below the limit',
    'pbkdf2_sha256$20000$salt1234$d13Tci8ek3lXeA8TjRD1MJ47mpKKa+o9Xrku24TbRG4=',
  ],
  [
    'pbkdf2_sha256, above the limit',
    'pbkdf2_sha256$100001$salt1234$PQmxMap10BVXk47VssoS2KQMzsui1LFIIaAie2YQsn0=',
  ],
  ['pbkdf2_sha1, below the limit', 'pbkdf2_sha1$20000$salt1234$+F70B0/H6ffmReRLqj83S37++t0='],
  ['pbkdf2_sha1, above the limit', 'pbkdf2_sha1$100001$salt1234$3yc/4ueuSbHWSMjYlL0PfJhAtlA='],
  [
    'argon2id',
    'argon2$argon2id$v=19$m=1024,t=2,p=2$c2FsdHNhbHQxMg$/dEd0JlUWVsF34uHAyDj18kyMlEv/34lB+d4GOaVyBE',
  ],
  ['bcrypt_sha256', 'bcrypt_sha256$$2b$05$m4/DXNGT6Odc3606YXZh0ej4.gST4/soZ6SAoHpWJqqpnwFAj2cLu'],
  ['bcrypt', 'bcrypt$$2b$05$qrcgcAa5AlzcK.XeIgHpROlzNgfspvVlNSf3U/ljhpRy1TxtjmipG'],
  [
    'scrypt',
    'scrypt$16384$salt1234$8$5$1kHYIn2H6NSHh51gL9RbbjWi6vUpBN6Jrej3TnNWQmDrnYHTgamaZmyV6089wUOXfNKlzrEV5EFdsEU8kOhzKA==',
  ],
  ['md5', 'md5$salt1234$aef6d747713e7a8bece29ed8205fa065'],
  ['sha1', 'sha1$salt1234$285e1fba346c19090711738d22c7d2ac22d3dd83'],
  ['sha1 without salt', 'sha1$$23b74494475f5f874980b7676d511e23d886da64'],
  ['md5 alone', '8e1843033a0f6ee52e2f618aa8ebbef4'],
] as const

describe('the password formats of Django', () => {
  it.each(HASHES)('%s', { timeout: 60_000 }, async (_, hash) => {
    expect(djangoPasswordProblem(hash)).toBeNull()
    expect(await verify(PASSWORD, hash)).toEqual({ valid: true, needsRehash: true })
    expect(await verify('password', hash)).toEqual({ valid: false, needsRehash: false })
  })

  it.each([
    'argon2$argon2id$v=19$m=102400,t=2,p=8$d2ZZMWxSb0QxVmQzUVFXRGNoVmNZbA$9oSU1tTrJr1l4UE5XpMSaUaPlRrDUjlWDvVBeVKh9PA',
    'bcrypt$$2b$31$qrcgcAa5AlzcK.XeIgHpROlzNgfspvVlNSf3U/ljhpRy1TxtjmipG',
    'crypt$ab$abJnggxhB/yWI',
    'md5$salt1234$aef6',
    'pbkdf2_sha256$20000$salt1234$d13Tci8ek3l=',
    'pbkdf2_sha256$9999999999$salt1234$d13Tci8ek3lXeA8TjRD1MJ47mpKKa+o9Xrku24TbRG4=',
    'scrypt$1048576$salt1234$8$5$1kHYIn2H6NSHh51gL9RbbjWi6vUpBN6Jrej3TnNWQmDrnYHTgamaZmyV6089wUOXfNKlzrEV5EFdsEU8kOhzKA==',
  ])('%s cannot be checked, and says so', async (hash) => {
    expect(djangoPasswordProblem(hash)).toMatch(/\.$/)
    expect(await verify(PASSWORD, hash)).toEqual({ valid: false, needsRehash: false })
  })

  it.each(HASHES.filter(([name]) => /^(?:argon2|bcrypt)/.test(name)))(
    '%s is refused like a wrong password by a provider without slowHashes, and the log says why',
    async (_, hash) => {
      const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined)
      const answer = await verifyPassword(PASSWORD, hash, django().passwordFormats ?? [])
      expect(answer).toEqual({ valid: false, needsRehash: false })
      expect(logged.mock.calls).toEqual([
        ['django() lacks slowHashes, and a stored hash is bcrypt or Argon2: nobody can prove it.'],
      ])
      logged.mockRestore()
    },
  )

  it(
    'lets other requests of the isolate go on while many iterations are derived',
    { timeout: 60_000 },
    async () => {
      let turns = 0
      const timer = setInterval(() => turns++, 1)
      await verify('wrong', `pbkdf2_sha256$100001$salt1234$${'A'.repeat(43)}=`)
      clearInterval(timer)
      expect(turns).toBeGreaterThanOrEqual(5)
    },
  )

  it.each([
    ['PBKDF2', 'pbkdf2_sha256$1500001$salt1234$CuLCRvlyxsifQV4ekcYhJy6iJR3lLnRRsrXDMYgqyTA='],
    ['bcrypt', 'bcrypt$$2b$14$qrcgcAa5AlzcK.XeIgHpROiT2VKwVX/StA4M2FGxsma1z/5WsnyOG'],
    [
      'Argon2',
      'argon2$argon2id$v=19$m=65536,t=2,p=1$c2FsdHNhbHQxMg$8a5/XOlW/73WdBIfmpc3a3b14eAaeG19++mfYSWusBI',
    ],
  ])('%s above what a request may cost is refused at the import and at the sign-in', async (_, password) => {
    const user = { model: 'auth.user', pk: '1', fields: { username: 'ada', password } }
    expect(passwordProblem(user)).toMatch(/The user needs a new password: set one with user set-password\.$/)
    await importRecords([user])
    expect(await tableOf('users')).toMatchObject([{ username: 'ada', password_hash: '!' }])
    // It is the hash of this very password: whoever derived it would find it right.
    expect(await verify(PASSWORD, password)).toEqual({ valid: false, needsRehash: false })
  })

  it('makes the hash anew at the sign-in, so that the next one is checked against ours', async () => {
    await givenClient('web')
    const [, passwordHash] = HASHES[0]
    await givenUser('ada', { passwordHash })
    const signIn = { grant_type: 'password', username: 'ada', password: PASSWORD }
    expect(await token({ ...signIn, password: 'wrong' })).toMatchObject({ status: 400 })
    expect(await token(signIn)).toMatchObject({ status: 200 })
    const stored = await env.DB.prepare("SELECT password_hash FROM users WHERE username = 'ada'").first()
    expect(stored?.['password_hash']).toMatch(/^\$scrypt\$ln=14,r=8,p=5\$/)
    expect(await token(signIn)).toMatchObject({ status: 200 })
  })
})
