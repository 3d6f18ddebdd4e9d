import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import programs from '../../interop/programs.json' with { type: 'json' }
import packageJson from '../../package.json' with { type: 'json' }
import { KNOWN_CLIENTS } from '../../src/clients/known-clients.ts'

const root = join(import.meta.dirname, '../..')
const [, requirements = ''] =
  /^mcp==(.+)$/m.exec(readFileSync(join(root, 'interop/requirements.txt'), 'utf8')) ?? []

const text = readFileSync(join(root, 'docs/works-with.md'), 'utf8')

/** The scenarios for clients of the suite's last revision. */
const scenarios = [
  ...readFileSync(
    join(root, 'node_modules/@modelcontextprotocol/conformance/requirements/2026-07-28.yaml'),
    'utf8',
  ).matchAll(/^ +- (?:scenario: )?(auth\/\S+)$/gm),
].map(([, name = '']) => name)

/** The programs of docs/works-with.md. */
const rows = text
  .split('\n')
  .filter((line) => /^\| (?!program|scenarios|-|`auth)/.test(line))
  .map((line) => {
    const [program = '', knownBy = '', redirectsTo = '', , triedBy = ''] = line
      .split('|')
      .slice(1)
      .map((cell) => cell.trim())
    const tests = [...triedBy.matchAll(/\]\(\.\.\/(\S+)\)/g)].map(([, path = '']) => path)
    return { program, knownBy, redirectsTo, triedBy, tests }
  })

/** The programs that there must be a row for, and the versions of those that a test runs. */
const PROGRAMS: Readonly<Record<string, string | null>> = {
  'Claude (web, desktop, mobile)': null,
  'Claude Code': null,
  'ChatGPT and its plugins': null,
  Codex: programs['@openai/codex'],
  'VS Code': null,
  Cursor: null,
  Zed: null,
  OpenCode: programs['opencode-ai'],
  'Gemini CLI': programs['@google/gemini-cli-core'],
  n8n: programs['@n8n/client-oauth2'],
  'MCP Inspector': programs['@modelcontextprotocol/inspector'],
  'mcp-remote': packageJson.devDependencies['mcp-remote'],
  'TypeScript SDK 1.x': packageJson.devDependencies['@modelcontextprotocol/sdk'],
  'TypeScript SDK 2.x': packageJson.devDependencies['@modelcontextprotocol/client'],
  'Python SDK': requirements,
}

describe('docs/works-with.md', () => {
  it.each(Object.entries(PROGRAMS))(
    'says by which test %s was tried, and in which version',
    (name, version) => {
      const found = rows.filter(({ program }) => program === name || program.startsWith(`${name} `))
      expect(found.length).toBe(1)
      const { program, tests, triedBy } = found[0] ?? { program: '', tests: [], triedBy: '' }
      expect(`${program} ${triedBy}`).toContain(version ?? '')
      expect(tests.length).toBeGreaterThan(0)
      for (const path of tests) {
        // Each test has the program's name in it, or in the list that it goes through.
        const word = name.replace(/ \d\.x$/, '').toLowerCase()
        expect([path, sourceOf(path).includes(word)]).toEqual([path, true])
      }
    },
  )

  it('has no row for anything else', () => {
    expect(rows.length).toBe(Object.keys(PROGRAMS).length)
  })

  it('names each scenario for clients that the suite requires, with the test that has it, or says that it is left out', () => {
    expect(scenarios.length).toBeGreaterThan(25)
    const [, left = ''] = text.split('Some scenarios are left out.')
    const missing = scenarios.filter((name) => {
      const row = text.split('\n').find((line) => line.startsWith('| `auth/') && line.includes(`\`${name}\``))
      const path = /\]\(\.\.\/(\S+)\)/.exec(row ?? '')?.[1]
      if (path === undefined) return !left.includes(`\`${name}\``)
      // The document of the SDK's own test is no server of another shape.
      return name !== 'auth/basic-cimd' && !new RegExp(`${name}(?![\\w-])`).test(sourceOf(path))
    })
    expect(missing).toEqual([])
  })

  it('says what the client doctor knows of each program', () => {
    for (const { document, name, redirectUris } of KNOWN_CLIENTS) {
      const row = rows.find(({ program }) => program === name || program.startsWith(`${name} `))
      expect([name, row?.knownBy.includes(document ?? 'registration')]).toEqual([name, true])
      const fixed = redirectUris.filter((uri) => !uri.includes('*'))
      expect([name, fixed.filter((uri) => !row?.redirectsTo.includes(uri))]).toEqual([
        name,
        fixed.filter((uri) => uri.endsWith('/debug')),
      ])
    }
  })
})

function sourceOf(path: string): string {
  const source = readFileSync(join(root, path), 'utf8')
  const list = source.includes('import { RECORDED_REGISTRATIONS')
    ? sourceOf('test/support/recorded-registrations.ts')
    : ''
  return `${source}${list}`.toLowerCase()
}
