import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { splitName } from '../../scripts/conformance-doc.ts'
import { NEWER_DEMANDS } from '../../scripts/newer-demands.ts'
import { DEMANDS } from '../../scripts/rfc9700.ts'

const YOUNGER = [
  'Client ID Metadata Documents',
  'Identity Assertion Authorization Grant (ID-JAG)',
  'RFC 7523',
  'RFC 8628',
  'RFC 8693',
  'RFC 8707',
  'RFC 9068',
  'RFC 9126',
  'RFC 9449',
  'RFC 9470',
  'RFC 9728',
]

describe('the tables of younger documents', () => {
  it('are there for each that the provider speaks of', () => {
    expect(Object.keys(NEWER_DEMANDS)).toEqual(YOUNGER)
  })
})

const TABLES = Object.entries({ 'RFC 9700': DEMANDS, ...NEWER_DEMANDS }).map(([document, demands]) => ({
  document,
  demands,
}))

describe.each(TABLES)('the table of $document', ({ demands }) => {
  it('names tests that exist, by their titles', () => {
    const named = demands.flatMap(({ tests = [] }) => tests)
    expect(named.length).toBeGreaterThan(3)
    const lost = named.filter((name) => {
      const { file, title } = splitName(name)
      return !existsSync(file) || !hasTest(readFileSync(file, 'utf8'), title)
    })
    expect(lost).toEqual([])
  })

  it('says of each demand that is met which test shows it, and of each other one why it is not', () => {
    const unexplained = demands.filter(({ met, tests, why }) => (met === 'yes' ? tests : why) === undefined)
    expect(unexplained).toEqual([])
  })

  it('has the demands in the order of their sections, each once', () => {
    const sections = demands.map(({ section }) => section)
    expect(sections).toEqual(sections.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true })))
    expect(new Set(demands.map(({ demand }) => demand)).size).toBe(demands.length)
  })
})

it('a table misses a test that was renamed', () => {
  expect(hasTest("it('does this', () => {})", 'does this')).toBe(true)
  expect(hasTest("threat(\n  7,\n  'does this', () => {})", 'does this')).toBe(true)
  expect(hasTest("must('RFC 1', '2', 'threat 7: does this', () => {})", 'does this')).toBe(true)
  expect(hasTest("it('does this and that', () => {})", 'does this')).toBe(false)
  expect(hasTest("expect(title).toBe('does this')", 'does this')).toBe(false)
})

/** Whether a file has a test with a title; numbers of attacks in front of it are left out. */
function hasTest(source: string, title: string): boolean {
  const escaped = title.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
  const call = String.raw`\b(?:it|must|threat)\((?:[^()]|\([^()]*\))*?`
  return new RegExp(`${call}['"\x60](?:threats? [^:]*: )?${escaped}['"\x60],`).test(source)
}
