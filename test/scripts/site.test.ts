import { execFile } from 'node:child_process'
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { linkOf, pageOf, REFERENCE_FILE, slugOf } from '../../scripts/site/addresses.ts'
import { problemsOf } from '../../scripts/site/check.ts'
import { groups } from '../../scripts/site/navigation.ts'
import { parseDocument, referencePages } from '../../scripts/site/reference.ts'

const SITE = 'site/.vitepress/dist'

/** Runs a script as npm does, and says what it prints. */
async function run(...args: readonly string[]): Promise<string> {
  return (await promisify(execFile)(process.execPath, args)).stdout
}

describe('npm run site', () => {
  // `npm test` and `npm run site` have installed what it needs, each from the registry that the machine knows.
  beforeAll(async () => {
    rmSync(SITE, { recursive: true, force: true })
    await run('scripts/site.ts')
  }, 300_000)

  const page = (name: string): string => readFileSync(join(SITE, `${name}.html`), 'utf8')

  it('makes a page of every document, of the README and of every example, beside which the navigation has each document', () => {
    const files = globSync(['*.md', 'docs/**/*.md', 'examples/*/README.md'])
    expect(files.length).toBeGreaterThan(45)
    expect(files.filter((file) => !existsSync(join(SITE, pageOf(file).replace(/\.md$/, '.html'))))).toEqual(
      [],
    )
    const links = groups().flatMap(({ items }) => items.map(({ link }) => link))
    const documents = globSync('docs/**/*.md').filter((file) => file !== 'docs/README.md')
    expect(links.toSorted()).toEqual(
      documents.map((file) => `/${pageOf(file).replace(/\.md$/, '')}`).toSorted(),
    )
  })

  it('describes every operation of the OpenAPI document that the provider returns', () => {
    const { paths } = parseDocument(readFileSync(REFERENCE_FILE, 'utf8'))
    const reference = ['protocol', 'admin-api', 'pages'].map((name) => page(`reference/${name}`)).join('')
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    )
    expect(operations.length).toBeGreaterThan(100)
    expect(operations.filter((name) => !reference.includes(` id="${slugOf(name)}"`))).toEqual([])
    expect(readFileSync(join(SITE, 'openapi.json'), 'utf8')).toBe(readFileSync(REFERENCE_FILE, 'utf8'))
  })

  it('shows the files that documents lead to, such as the test of a demand, as they are', () => {
    const source = page('source/test/races.test.ts')
    const [first = ''] = readFileSync('test/races.test.ts', 'utf8').split('\n')
    expect(source).toContain(first)
  })

  it('has a search of its own, an icon, and no font or script of another host', () => {
    expect(globSync(`${SITE}/assets/chunks/@localSearchIndex*.js`)).toHaveLength(1)
    expect(existsSync(join(SITE, 'favicon.ico'))).toBe(true)
    const styles = globSync(`${SITE}/**/*.css`).map((file) => readFileSync(file, 'utf8'))
    expect(styles.join('').match(/url\(["']?https?:|@import/g)).toBeNull()
    expect(problemsOf(SITE)).toEqual([])
  })

  it('is published by the command of CONTRIBUTING.md, as files alone', async () => {
    const command = 'npx wrangler deploy --config site/wrangler.toml'
    expect(readFileSync('CONTRIBUTING.md', 'utf8')).toContain(command)
    const [, ...args] = command.split(' ')
    const [bin = '', ...rest] = args
    const said = await run(join('node_modules', bin, 'bin/wrangler.js'), ...rest, '--dry-run')
    expect(said).toMatch(/Read \d+ files from the assets directory/)
    expect(said).toContain('--dry-run: exiting now.')
  })
})

describe('the pages of the site', () => {
  it('lead where the Markdown leads, and to nothing that is not there', () => {
    expect(linkOf('docs/guides/nextjs.md', '../troubleshooting.md#invalid_grant')).toEqual({
      href: '/troubleshooting#invalid_grant',
      source: null,
    })
    expect(linkOf('docs/first-token.md', '../README.md').href).toBe('/')
    expect(linkOf('README.md', 'examples/custom-grant').href).toBe('/examples/custom-grant')
    expect(linkOf('README.md', 'LICENSE')).toEqual({ href: '/source/LICENSE.html', source: 'LICENSE' })
    expect(linkOf('README.md', 'https://hono.dev').href).toBe('https://hono.dev')
    expect(() => linkOf('README.md', 'docs/lost.md')).toThrow('README.md leads to docs/lost.md')
  })

  it('are checked: lost pages, places and pictures are found, and what another host would serve', () => {
    const folder = mkdtempSync(join(tmpdir(), 'site-'))
    mkdirSync(join(folder, 'guides'))
    writeFileSync(
      join(folder, 'index.html'),
      '<h1 id="top">x</h1><a href="/guides/a#here">a</a><a href="https://a.example">b</a>',
    )
    writeFileSync(
      join(folder, 'guides/a.html'),
      '<p id="here"></p><a href="../#top">up</a><pre>&lt;a href="/no"></pre>',
    )
    expect(problemsOf(folder)).toEqual([])
    writeFileSync(
      join(folder, 'bad.html'),
      '<a href="/lost">x</a><a class="y" href="/guides/a#nowhere">x</a><img src="/x.png"><script src="https://cdn.example/x.js"></script>',
    )
    expect(problemsOf(folder)).toEqual([
      'bad.html leads to /lost, which is not there.',
      'bad.html leads to /guides/a#nowhere, which has no such place.',
      'bad.html leads to /x.png, which is not there.',
      'bad.html loads https://cdn.example/x.js.',
    ])
    rmSync(folder, { recursive: true })
  })

  it('have no operation twice, and leave none out', () => {
    const operation = { responses: { 200: { description: 'Done' } }, summary: 'Does it' }
    const paths = {
      '/oauth2/token': { post: operation },
      '/login': { get: operation },
      '/admin/api/users': { get: operation },
    }
    const pages = referencePages(parseDocument(JSON.stringify({ paths })))
    expect(pages.map(({ markdown, name }) => [name, markdown.match(/^### .*/gm)])).toEqual([
      ['protocol', ['### `POST /oauth2/token`']],
      ['admin-api', ['### `GET /admin/api/users`']],
      ['pages', ['### `GET /login`']],
    ])
    expect(() => parseDocument('{"paths":{"/x":{"get":{}}}}')).toThrow('Invalid key')
  })
})
