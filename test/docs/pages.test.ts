import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { getTableName } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import * as schema from '../../schema/index.ts'
import { SETTINGS } from '../../src/settings/settings.ts'

const PAGES = globSync(['*.md', 'docs/**/*.md', 'examples/**/*.md'])

/** Relative links of a page, and where they lead. */
function linksOf(page: string): string[] {
  return [...readFileSync(page, 'utf8').matchAll(/\]\((?!https?:)([^)#\s]+)[^)]*\)/g)].map(([, to = '']) =>
    join(dirname(page), to),
  )
}

describe('the pages', () => {
  it('lead to files that are there', () => {
    expect(PAGES.length).toBeGreaterThan(10)
    const lost = PAGES.flatMap((page) => linksOf(page).map((to) => ({ page, to }))).filter(
      ({ to }) => !existsSync(to),
    )
    expect(lost).toEqual([])
  })

  it('tell of every table', () => {
    const text = readFileSync('docs/storage.md', 'utf8')
    const tables = Object.values(schema).map(getTableName)
    expect(tables.length).toBeGreaterThan(10)
    expect(tables.filter((name) => !text.includes(`| \`${name}\``))).toEqual([])
  })

  it('name no setting that is not there', () => {
    const known = new Set<string>(Object.values(SETTINGS).map(({ variable }) => variable))
    // A page on moving in from elsewhere names what is there.
    const named = PAGES.filter((page) => !page.startsWith('docs/from-')).flatMap((page) =>
      [...readFileSync(page, 'utf8').matchAll(/\bOAUTH_[A-Z_]+\b/g)].map(([name]) => `${page}: ${name}`),
    )
    expect(named.filter((found) => !known.has(found.split(': ')[1] ?? ''))).toEqual([])
  })
})
