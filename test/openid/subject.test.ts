import { describe, expect, it } from 'vitest'
import { sectorDocumentProblem, sectorOf, subjectOf, type SubjectRule } from '../../src/openid/subject.ts'
import { must, threat } from '../support/must.ts'

const SALT = 'c2FsdA'
const pairwise = (...redirectUris: readonly string[]): SubjectRule => ({
  clientId: 'app',
  subjectType: 'pairwise',
  sectorIdentifierUri: null,
  redirectUris,
})
const ONE = pairwise('https://one.example/cb')
const TWO = pairwise('https://two.example/cb')

describe('subjects', () => {
  must('OpenID Connect Core', '8', 'a public subject is the same for all clients', async () => {
    for (const rule of [ONE, TWO])
      expect(await subjectOf('u1', { ...rule, subjectType: 'public' }, SALT)).toBe('u1')
  })

  must(
    'OpenID Connect Core',
    '8.1',
    'a pairwise subject is the same for one sector, every time',
    async () => {
      const subject = await subjectOf('u1', ONE, SALT)
      expect(subject).toMatch(/^[\w-]{43}$/)
      expect(
        await subjectOf('u1', pairwise('https://one.example/other', 'https://one.example/cb'), SALT),
      ).toBe(subject)
    },
  )

  threat(183, 'pairwise subjects of two sectors, users or providers have nothing in common', async () => {
    const subjects = await Promise.all([
      subjectOf('u1', ONE, SALT),
      subjectOf('u1', TWO, SALT),
      subjectOf('u2', ONE, SALT),
      subjectOf('u1', ONE, 'another salt'),
      subjectOf('u1', pairwise('https://one.example:8443/cb'), SALT),
      // Where one part ends and the next begins is no matter of taste.
      subjectOf('1', pairwise('https://one.example.u/cb'), SALT),
    ])
    expect(new Set(subjects).size).toBe(subjects.length)
    for (const subject of subjects) expect(subject).not.toContain('u1')
  })

  it('a client that leaves its sector open is one of its own', async () => {
    const open = pairwise('https://a.example/', 'https://b.example/')
    const subject = await subjectOf('u1', open, SALT)
    expect(await subjectOf('u1', pairwise(), SALT)).toBe(subject)
    for (const other of [
      { ...open, clientId: 'app.example' },
      pairwise('https://app/cb'),
      { ...pairwise(), clientId: 'one.example' },
      ONE,
    ]) {
      expect(await subjectOf('u1', other, SALT)).not.toBe(subject)
    }
    expect(await subjectOf('u1', { ...pairwise(), clientId: 'one.example' }, SALT)).not.toBe(
      await subjectOf('u1', ONE, SALT),
    )
  })
})

describe('the sector of a client', () => {
  must(
    'OpenID Connect Core',
    '8.1',
    'the sector is the one host of the redirect URIs, or that of the sector identifier',
    async () => {
      expect(sectorOf(pairwise('https://one.example/a', 'https://ONE.example/b'))).toBe('one.example')
      expect(sectorOf(pairwise('https://one.example/a', 'https://two.example/b'))).toBeNull()
      expect(
        sectorOf({
          sectorIdentifierUri: 'https://s.example/x.json',
          redirectUris: ['https://a.example', 'app:/cb'],
        }),
      ).toBe('s.example')
    },
  )

  it('is open where a redirect URI has no host', () => {
    expect(sectorOf(pairwise('com.example.app:/cb'))).toBeNull()
    expect(sectorOf(pairwise('com.example.app:/cb', 'https://one.example/a'))).toBeNull()
    expect(sectorOf(pairwise())).toBeNull()
  })
})

must(
  'OpenID Connect Dynamic Client Registration',
  '5',
  'the document of a sector lists every redirect URI of its client',
  async () => {
    const uris = ['https://one.example/cb', 'https://two.example/cb']
    expect(sectorDocumentProblem([...uris, 'https://three.example/cb'], uris)).toBeNull()
    expect(sectorDocumentProblem(uris.slice(1), uris)).toContain('lacks')
    expect(sectorDocumentProblem(['https://one.example/cb/', ...uris.slice(1)], uris)).toContain('lacks')
    for (const document of [null, {}, 'https://one.example/cb', 7, { length: 2, includes: true }])
      expect(sectorDocumentProblem(document, uris)).toContain('not a list')
  },
)
