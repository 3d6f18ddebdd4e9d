import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { splitName } from '../../scripts/conformance-doc.ts'
import { DEMANDS } from '../../scripts/rfc9700.ts'

describe('the table of RFC 9700', () => {
  it('names tests that exist, by their titles', () => {
    const named = DEMANDS.flatMap(({ tests = [] }) => tests)
    expect(named.length).toBeGreaterThan(40)
    const lost = named.filter((name) => {
      const { file, title } = splitName(name)
      return !existsSync(file) || !hasTest(readFileSync(file, 'utf8'), title)
    })
    expect(lost).toEqual([])
  })

  it('says of each demand that is met which test shows it, and of each other one why it is not', () => {
    const unexplained = DEMANDS.filter(({ met, tests, why }) => (met === 'yes' ? tests : why) === undefined)
    expect(unexplained).toEqual([])
  })

  it('has the demands in the order of their sections, each once', () => {
    const sections = DEMANDS.map(({ section }) => section)
    expect(sections).toEqual(sections.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true })))
    expect(new Set(DEMANDS.map(({ demand }) => demand)).size).toBe(DEMANDS.length)
  })

  it('would miss a test that was renamed', () => {
    expect(hasTest("it('does this', () => {})", 'does this')).toBe(true)
    expect(hasTest("threat(\n  7,\n  'does this', () => {})", 'does this')).toBe(true)
    expect(hasTest("must('RFC 1', '2', 'threat 7: does this', () => {})", 'does this')).toBe(true)
    expect(hasTest("it('does this and that', () => {})", 'does this')).toBe(false)
    expect(hasTest("expect(title).toBe('does this')", 'does this')).toBe(false)
  })
})

/** Whether a file has a test with a title; numbers of attacks in front of it are left out. */
function hasTest(source: string, title: string): boolean {
  const escaped = title.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
  const call = String.raw`\b(?:it|must|threat)\((?:[^()]|\([^()]*\))*?`
  return new RegExp(`${call}['"\x60](?:threats? [^:]*: )?${escaped}['"\x60],`).test(source)
}
