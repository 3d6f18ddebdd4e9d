import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { getTableName } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import * as schema from '../../schema/index.ts'
import { ALL_SETTINGS } from '../../scripts/all-settings.ts'

const PAGES = globSync(['*.md', 'docs/**/*.md', 'examples/**/*.md'])

/** Relative links of a page, and where they lead. */
function linksOf(page: string): string[] {
  return [...readFileSync(page, 'utf8').matchAll(/\]\((?!https?:)([^)#\s]+)[^)]*\)/g)].map(([, to = '']) =>
    join(dirname(page), to),
  )
}

/** The places in a page that a link may name: its headings, as GitHub spells them, and its anchors. */
function placesOf(page: string): ReadonlySet<string> {
  const text = readFileSync(page, 'utf8')
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
  return new Set([...headings, ...[...text.matchAll(/ id="([^"]+)"/g)].map(([, id = '']) => id)])
}

describe('the pages', () => {
  it('lead to files that are there', () => {
    expect(PAGES.length).toBeGreaterThan(10)
    const lost = PAGES.flatMap((page) => linksOf(page).map((to) => ({ page, to }))).filter(
      ({ to }) => !existsSync(to),
    )
    expect(lost).toEqual([])
  })

  it('lead to places in files that are there', () => {
    const lost = PAGES.flatMap((page) =>
      [...readFileSync(page, 'utf8').matchAll(/\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)/g)]
        .map(([, to = '', place = '']) => ({ page, to: to === '' ? page : join(dirname(page), to), place }))
        .filter(({ place, to }) => to.endsWith('.md') && !placesOf(to).has(place)),
    )
    expect(lost).toEqual([])
  })

  it('tell of every attack that a test tries', () => {
    const listed = placesOf('docs/threats.md')
    const numbers = globSync('test/**/*.test.{ts,tsx}').flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/\bthreat\(\s*(\d+)/g)].map(([, number = '']) => number),
    )
    expect(numbers.length).toBeGreaterThan(100)
    expect(numbers.filter((number) => !listed.has(`attack-${number}`))).toEqual([])
  })

  it('tell of each attack under a number of its own', () => {
    const numbers = [...readFileSync('docs/threats.md', 'utf8').matchAll(/ id="(attack-\d+)"/g)].map(
      ([, id]) => id,
    )
    expect(numbers.filter((id, at) => numbers.indexOf(id) !== at)).toEqual([])
  })

  it('tell of every table, once', () => {
    const text = readFileSync('docs/storage.md', 'utf8')
    const tables = Object.values(schema).map(getTableName)
    expect(tables.length).toBeGreaterThan(10)
    // Where two changes met, the whole table once stood there four times.
    expect(tables.filter((name) => text.split(`\n| \`${name}\``).length !== 2)).toEqual([])
  })

  it('name no setting that is not there', () => {
    const known = new Set<string>(Object.values(ALL_SETTINGS).map(({ variable }) => variable))
    // A page on moving in from elsewhere names what is there.
    const named = PAGES.filter((page) => !page.startsWith('docs/from-')).flatMap((page) =>
      [...readFileSync(page, 'utf8').matchAll(/\bOAUTH_[A-Z_]+\b/g)].map(([name]) => `${page}: ${name}`),
    )
    expect(named.filter((found) => !known.has(found.split(': ')[1] ?? ''))).toEqual([])
  })
})

describe('CONTRIBUTING.md', () => {
  const text = readFileSync('CONTRIBUTING.md', 'utf8')

  it('names files and folders that are there', () => {
    const named = [...text.matchAll(/`((?:src|test|schema|scripts)\/[\w./-]+)`/g)].map(
      ([, path = '']) => path,
    )
    expect(named.length).toBeGreaterThan(15)
    // `x` stands for the file that a recipe makes.
    expect(named.filter((path) => !path.includes('/x.') && !existsSync(path))).toEqual([])
  })

  it('names what its recipes change, where it is: a name before the file that has it', () => {
    const pairs = [
      ...text.matchAll(/`(\w+)` (?:row )?(?:\(|in the `\w+` of |in )`((?:src|test)\/[\w./-]+\.tsx?)`/g),
    ]
    expect(pairs.length).toBeGreaterThan(3)
    const lost = pairs.filter(([, name = '', file = '']) => !readFileSync(file, 'utf8').includes(name))
    expect(lost.map(([whole]) => whole)).toEqual([])
  })

  it('tells of every folder of tests that src has not', () => {
    const folders = readdirSync('test', { withFileTypes: true }).filter((entry) => entry.isDirectory())
    const others = folders.map(({ name }) => name).filter((name) => !existsSync(join('src', name)))
    expect(others.length).toBeGreaterThan(5)
    expect(others.filter((name) => !text.includes(`\`${name}/\``))).toEqual([])
  })
})
