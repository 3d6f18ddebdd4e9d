import { describe, expect, it } from 'vitest'
import { InvalidInputError } from '../../src/errors.ts'
import { hashPassword, verifyDummy, verifyPassword } from '../../src/identity/passwords.ts'

/** A hash that is well formed but for what a test changes. */
const KEY = 'A'.repeat(43)
const phc = (cost: string, salt = 'YWFhYWFhYWFhYWFhYWFhYQ', key = KEY): string =>
  `$scrypt$${cost}$${salt}$${key}`

/** Milliseconds of the fastest of three tries: what else the machine does only adds to it. */
async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const times = []
  for (let attempt = 0; attempt < 3; attempt++) {
    const start = performance.now()
    await work()
    times.push(performance.now() - start)
  }
  return Math.min(...times)
}

describe('hashPassword', () => {
  it('makes a PHC string with a salt of its own', async () => {
    const [first, second] = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')])
    expect(first).toMatch(/^\$scrypt\$ln=14,r=8,p=5\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
    expect(second).not.toBe(first)
    expect(first).not.toContain('horse')
  })

  it.each([
    ['empty', ''],
    ['1,025 letters', 'a'.repeat(1025)],
    ['1,026 bytes in 342 letters', '€'.repeat(342)],
  ])('refuses a password that is %s', async (_name, password) => {
    await expect(hashPassword(password)).rejects.toThrow(InvalidInputError)
  })

  it('takes 1,024 bytes', async () => {
    const hash = await hashPassword('a'.repeat(1024))
    expect((await verifyPassword('a'.repeat(1024), hash, [])).valid).toBe(true)
    expect((await verifyPassword('a'.repeat(1023), hash, [])).valid).toBe(false)
  })
})

describe('verifyPassword', () => {
  it('knows the right password from wrong ones', async () => {
    const hash = await hashPassword('pässwörd')
    expect(await verifyPassword('pässwörd', hash, [])).toEqual({ valid: true, needsRehash: false })
    expect(await verifyPassword('Pässwörd', hash, [])).toEqual({ valid: false, needsRehash: false })
    expect(await verifyPassword('', hash, [])).toEqual({ valid: false, needsRehash: false })
  })

  it('takes letters composed or decomposed, as keyboards differ', async () => {
    const hash = await hashPassword('pa\u0308ss')
    expect((await verifyPassword('p\u00e4ss', hash, [])).valid).toBe(true)
  })

  it('derives what RFC 7914 says, and asks for a new hash where the cost is lower than ours', async () => {
    // Section 12: the salt `NaCl`, N = 1024, r = 8, p = 16, 64 bytes.
    const key = '/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWIurzDZLiKjiG/xCSedmDDaxyevuUqD7m2DYMvfoswGQA'
    const vector = phc('ln=10,r=8,p=16', 'TmFDbA', key)
    const { needsRehash, valid } = await verifyPassword('password', vector, [])
    expect({ needsRehash, valid }).toEqual({ needsRehash: true, valid: true })
  })

  it.each([
    ['nothing', ''],
    ['another algorithm', 'pbkdf2_sha256$600000$salt$aGFzaA=='],
    ['a plain password', 'demo'],
    ['more work than the runtime does', phc('ln=17,r=8,p=2')],
    ['more memory than an isolate has', phc('ln=20,r=1,p=1')],
    ['no work', phc('ln=0,r=8,p=1')],
    ['no blocks', phc('ln=14,r=0,p=5')],
    ['a short key', phc('ln=14,r=8,p=5', undefined, 'AAAA')],
    ['a key that is empty', phc('ln=14,r=8,p=5', undefined, '')],
  ])('holds no password right against a hash of %s, and takes as long', async (_name, hash) => {
    expect(await verifyPassword('demo', hash, [])).toEqual({ valid: false, needsRehash: false })
    expect(await verifyPassword('', hash, [])).toEqual({ valid: false, needsRehash: false })
  })
})

describe('verifyDummy', () => {
  it('does the work of a real verification', async () => {
    const hash = await hashPassword('demo')
    const real = await milliseconds(() => verifyPassword('wrong', hash, []))
    const dummy = await milliseconds(() => verifyDummy('wrong'))
    // The clock of workerd stands still within a request's synchronous work, so this only sees what is really slow.
    expect(dummy).toBeGreaterThanOrEqual(real / 10)
  })
})
