import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const README = readFileSync('README.md', 'utf8')
const { engines, scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly engines?: { readonly node: string }
  readonly scripts: Readonly<Record<string, string>>
}
const PAGES = globSync(['*.md', 'docs/**/*.md', 'examples/**/*.md']).filter(
  (page) => page !== 'CHANGELOG.md' && page !== 'docs/api.md',
)

describe('README.md', () => {
  it('is read in a minute: at most 150 lines', () => {
    expect(README.split('\n').length - 1).toBeLessThanOrEqual(150)
  })

  it('shows pictures of consent, account and panel in light and dark, which are there and small', () => {
    const shown = [...README.matchAll(/(?:srcset|src)="([^"]+)"/g)].map(([, path = '']) => path)
    expect(shown.toSorted()).toEqual(
      ['account', 'consent', 'panel'].flatMap((name) =>
        ['dark', 'light'].map((mode) => `docs/pictures/${name}-${mode}.webp`),
      ),
    )
    for (const picture of globSync('docs/pictures/*')) expect(statSync(picture).size).toBeLessThan(60_000)
    for (const path of shown) expect(existsSync(path)).toBe(true)
    for (const [, alt = ''] of README.matchAll(/alt="([^"]*)"/g)) expect(alt.length).toBeGreaterThan(20)
  })
})

describe('the documents', () => {
  it('are all in the index', () => {
    const index = readFileSync('docs/README.md', 'utf8')
    const missing = globSync('docs/**/*.md')
      .map((page) => page.replaceAll('\\', '/'))
      .filter((page) => page !== 'docs/README.md' && !index.includes(`](${page.slice('docs/'.length)})`))
    expect(missing).toEqual([])
  })

  it('name npm scripts that are there', () => {
    const named = PAGES.flatMap((page) =>
      [...readFileSync(page, 'utf8').matchAll(/\bnpm run (?:-s )?([\w:-]+)/g)].map(([, name = '']) => ({
        page,
        name,
      })),
    )
    expect(named.length).toBeGreaterThan(20)
    expect(named.filter(({ name }) => scripts[name] === undefined)).toEqual([])
  })

  it('say the same of Node.js everywhere: 20 for the repository, 22 for wrangler', () => {
    const said = PAGES.flatMap((page) =>
      [...readFileSync(page, 'utf8').matchAll(/Node(?:\.js)? (\d+)/g)].map(([, version = '']) => version),
    )
    expect(engines).toBeUndefined()
    expect([...new Set(said)].toSorted()).toEqual(['20', '22'])
  })

  it('run on one date of compatibility, as the examples do, with no flag that the shipped Worker does not have', () => {
    const [, date = '', flags = ''] =
      /compatibility_date = "(.*)"[^]*?compatibility_flags = \[(.*)\]/.exec(
        readFileSync('wrangler.toml', 'utf8'),
      ) ?? []
    const files = globSync(['examples/*/wrangler.toml', 'site/*.toml', ...PAGES])
    const said = files.map((file) => readFileSync(file, 'utf8')).join('\n')
    const dates = [...said.matchAll(/compatibility_date = "(.*)"/g)].map(([, found]) => found)
    expect(dates.length).toBeGreaterThan(10)
    expect(new Set(dates)).toEqual(new Set([date]))
    const others = [...said.matchAll(/compatibility_flags = \[(.*)\]/g)].map(([, found]) => found)
    expect(new Set(others)).toEqual(new Set([flags]))
  })

  it('show pictures that are there', () => {
    const lost = PAGES.flatMap((page) =>
      [...readFileSync(page, 'utf8').matchAll(/!\[[^\]]*\]\((?!https:)([^)]+)\)/g)]
        .map(([, path = '']) => join(page, '..', path))
        .filter((path) => !existsSync(path)),
    )
    expect(lost).toEqual([])
  })
})
