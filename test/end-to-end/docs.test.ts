import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { getTableName } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as schema from '../../schema/index.ts'
import { createSession } from '../../src/cli/open-store.ts'
import { seedDemo } from '../../src/cli/seed.ts'
import { signInSnippets } from '../../src/operations/sign-in-snippets.ts'
import { SETTINGS } from '../../src/settings/settings.ts'
import { type CliResult, runOn } from '../cli/run-cli.ts'
import { blocksOf, commandsOf, DOC_PAGES, type DocBlock, wordsOf } from '../support/doc-blocks.ts'
import { DOC_CONTEXT } from '../support/doc-context.ts'
import { serve, type Served } from './harness.ts'

const run = promisify(execFile)
const BLOCKS = DOC_PAGES.flatMap(blocksOf)
const named = ({ line, page }: DocBlock): string => `${page}:${line}`

/** Commands that another test runs, or that belong to somebody else. */
const ELSEWHERE: readonly (readonly [command: RegExp, by: string])[] = [
  [/^npm start$/, 'test/scripts/start.test.ts'],
  [/^npm test$/, '.ci/run'],
  [/^npm run deploy$/, 'test/scripts/deploy.test.ts'],
  [/^npm run site$/, 'test/scripts/site.test.ts'],
  [/^npx wrangler deploy --config site\/wrangler.toml$/, 'test/scripts/site.test.ts'],
  [/^(?:cd edge-oauth2-provider|npm install.*|npm pack)$/, 'test/package/pack.test.ts'],
  [/^SECRET_KEY=.* npx wrangler dev /, 'test/package/pack.test.ts'],
  [/^curl -H "Authorization: Bearer <the access token>"/, 'test/package/pack.test.ts'],
  [/^npm run example -- mcp-server$/, 'test/end-to-end/examples.test.ts'],
  [/^npx mcp-remote /, 'test/end-to-end/mcp-remote.test.ts'],
  [/^ISSUER=.* node app\.mjs$/, 'test/end-to-end/openid-docs.test.ts'],
  [/^npm run cli -- doctor(?: --remote)?$/, 'test/cli/examine.test.ts'],
  [/^npm run cli -- key rotate$/, 'test/cli/key.test.ts'],
  [/^npm run cli -- doctor \S/, 'test/client-doctor/doctor.test.ts'],
  [/^curl .*token-exchange /, 'test/conformance/rfc8693-token-exchange.test.ts'],
  // What other projects are run with, to make the files that are imported here.
  [/^python manage\.py dumpdata auth\.User oauth2 /, 'test/fixtures/django/provider.py'],
  [/^python manage\.py dumpdata auth\.User oauth2_provider /, 'test/fixtures/django/toolkit.py'],
  [/^bin\/kc\.sh export /, 'test/fixtures/keycloak/realm.json'],
  [/^npm create cloudflare@latest /, 'docs/deploying.md'],
]

const elsewhere = (command: string): string | undefined =>
  ELSEWHERE.find(([pattern]) => pattern.test(command))?.[1]
const CLI = /^(?:printf '([^']*)' \| )?(?:npm run cli --|npx edge-oauth2) (?!<noun>)(.*?)(?: [<>]+ \S+)?$/
const isWrangler = (command: string): boolean => /^(?:[^|]*\| )?npx wrangler /.test(command)
const isCurl = (command: string): boolean => command.startsWith('curl ')

/** Blocks that are a script as a whole, run by bash. */
const isScript = ({ code }: DocBlock): boolean => /^[A-Z]+=\S/.test(code) && !code.startsWith('ISSUER=')

const SHELL = BLOCKS.filter(({ language }) => language === 'sh')

describe('the code of the documents', () => {
  it('is in a language that is known; what is indented is for a shell', () => {
    const known = new Set(['ini', 'js', 'json', 'md', 'py', 'go', 'sh', 'text', 'toml', 'ts', 'tsx'])
    expect(BLOCKS.length).toBeGreaterThan(70)
    expect(BLOCKS.filter(({ language }) => !known.has(language)).map(named)).toEqual([])
  })

  it('is tried: each command runs here or in a test that is named, each program is type-checked or run', () => {
    const untried = SHELL.filter((block) => !isScript(block)).flatMap((block) =>
      commandsOf(block)
        .filter((command) => !CLI.test(command) && !isCurl(command) && !isWrangler(command))
        .filter((command) => elsewhere(command) === undefined && !command.includes('<noun>'))
        .map((command) => `${named(block)}: ${command}`),
    )
    expect(untried).toEqual([])
    expect(ELSEWHERE.filter(([, by]) => !existsSync(by))).toEqual([])
    const commands = SHELL.flatMap(commandsOf)
    const unused = ELSEWHERE.filter(([pattern]) => !commands.some((command) => pattern.test(command)))
    expect(unused).toEqual([])
  })

  it('is JSON where it says so', () => {
    for (const { code } of BLOCKS.filter(({ language }) => language === 'json'))
      expect(JSON.parse(code)).toBeTypeOf('object')
  })

  it('names options of wrangler that wrangler has', { timeout: 180_000 }, async () => {
    const commands = SHELL.flatMap(commandsOf).filter(
      (command) => isWrangler(command) && elsewhere(command) === undefined,
    )
    expect(commands.length).toBeGreaterThan(8)
    const asked = new Map<string, Promise<string>>()
    for (const command of commands) {
      const words = wordsOf(command.replace(/^.*npx wrangler /, ''))
      const verb = words.slice(0, words.findIndex((word) => !/^[a-z][\w-]*$/.test(word)) >>> 0).slice(0, 3)
      const path = /^(?:d1|secret)$/.test(verb[0] ?? '')
        ? verb.slice(0, verb[1] === 'time-travel' || verb[1] === 'migrations' ? 3 : 2)
        : verb.slice(0, 1)
      const key = path.join(' ')
      const help =
        asked.get(key) ??
        run('node', ['node_modules/wrangler/bin/wrangler.js', ...path, '--help']).then(({ stdout }) => stdout)
      asked.set(key, help)
      expect(await help).toContain(`wrangler ${key}`)
      for (const [option] of command.matchAll(/(?<= )--[a-z-]+/g)) expect(await help).toContain(option)
    }
  })
})

describe('the guides for Django and Go', () => {
  const client = {
    clientId: 'shop',
    isPublic: false,
    issuer: 'https://id.example',
    oauth2: 'https://id.example/oauth2',
  }

  it.each([
    ['docs/guides/django.md', 'py', 'Django', 'openid email profile'],
    ['docs/guides/go.md', 'go', 'Go', 'openid profile email'],
  ])('%s has the lines that the panel shows', (page, language, name, scope) => {
    const { code = '' } = blocksOf(page).find((block) => block.language === language) ?? {}
    const redirectUri = 'http://localhost:3000/callback'
    const shown = signInSnippets({ ...client, redirectUri, scope }).find(({ title }) => title.includes(name))
    const lines = (shown?.code ?? '').split('\n').map((line) => line.trim())
    expect(lines.length).toBeGreaterThan(5)
    const program = code.split('\n').map((line) => line.trim())
    expect(lines.filter((line) => !program.includes(line))).toEqual([])
  })
})

describe('the programs of the documents', () => {
  const folder = 'node_modules/.cache/docs'
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('have the types that they say', { timeout: 180_000 }, async () => {
    const programs = BLOCKS.filter(({ language }) => language === 'ts' || language === 'tsx')
    expect(programs.length).toBeGreaterThan(12)
    rmSync(folder, { recursive: true, force: true })
    const { exports, imports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      readonly exports: Readonly<Record<string, string | { readonly types: string }>>
      readonly imports: Readonly<Record<string, string>>
    }
    const own = Object.entries(imports).map(([name, target]) => [name, [sourceOf(target)]] as const)
    const ofOthers = Object.entries(exports).flatMap(([name, target]) =>
      typeof target === 'string'
        ? []
        : [[name.replace('.', 'edge-oauth2-provider'), [sourceOf(target.types)]] as const],
    )
    for (const { code, file, line, page } of programs) {
      const to = join(folder, page.replace(/\.md$/, ''), file ?? `block-${line}.tsx`)
      mkdirSync(join(to, '..'), { recursive: true })
      writeFileSync(to, `${code}\nexport {}\n`)
    }
    for (const [name, text] of Object.entries(DOC_CONTEXT)) writeFileSync(join(folder, name), text)
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: '../../../tsconfig.json',
        compilerOptions: {
          paths: Object.fromEntries(
            [...own, ...ofOthers].map(([name, targets]) => [name, targets.map((path) => `../../../${path}`)]),
          ),
        },
        include: ['**/*', '../../../src/env.d.ts'],
      }),
    )
    const { stdout } = await run('node', ['node_modules/typescript/bin/tsc', '-p', folder]).catch(
      (error: unknown) => error as { stdout: string },
    )
    // What the types of a browser's library bring changes how our own sources look; these are checked elsewhere.
    expect(stdout.split('\n').filter((line) => line.startsWith(folder))).toEqual([])
  })
})

/** The source of a built file. */
function sourceOf(types: string): string {
  const stem = types.replace('./dist/', '').replace(/(\.d\.ts|\.js)$/, '')
  return existsSync(`${stem}.ts`) ? `${stem}.ts` : `${stem}.tsx`
}

describe('the commands of the documents', () => {
  let served: Served
  const scratch = mkdtempSync(join(tmpdir(), 'docs-'))
  const SECRET_KEY = 'a-key-for-tests-alone-of-32-characters-or-more'
  beforeAll(async () => {
    served = await serve({ OAUTH_REGISTRATION: 'open', OAUTH_DEMO: 'true' })
  })
  afterAll(async () => {
    await served.close()
    rmSync(scratch, { recursive: true })
  })

  const open = async () =>
    createSession({ close: async () => {}, db: served.db }, SECRET_KEY, undefined, served.url.origin)
  const cli = (words: readonly string[], stdin = ''): Promise<CliResult> => runOn(open, words, stdin)
  const bash = async (script: string): Promise<string> => {
    const here = script.replaceAll(/https?:\/\/(?:localhost:8787|id\.example)(?=\/)/g, served.url.origin)
    return (await run('bash', ['-euo', 'pipefail', '-c', here], { cwd: scratch })).stdout
  }

  /** Empties the database, for the next page. */
  async function empty(): Promise<void> {
    const tables = Object.values(schema).map(getTableName)
    await served.db.batch(tables.map((table) => served.db.prepare(`DELETE FROM ${table}`)))
  }

  /** What a block finds: the demo data, a client `prints` and somebody called mia, who has a token; what is there already stays. */
  async function begin(): Promise<string> {
    await seedDemo(await open(), `${served.url.origin}/demo/callback`)
    const client =
      '--name Prints --client-id prints --client-secret a-secret-that-you-choose --grant password'
    await cli(['client', 'create', ...client.split(' ')])
    await cli(['user', 'create', '--username', 'mia', '--password-stdin'], 'correct horse')
    await bash(
      "curl -sf -u prints:a-secret-that-you-choose -d grant_type=password -d username=mia -d 'password=correct horse' http://localhost:8787/oauth2/token",
    )
    const { stdout } = await cli(['token', 'list', '--user', 'mia', '--json'])
    return /"id":\s*"([^"]+)"/.exec(stdout)?.[1] ?? ''
  }

  /** What a command is told in the place of what only its reader has. */
  function withFiles(words: readonly string[], id: string): readonly string[] {
    const kv = join(scratch, 'kv.json')
    const entry = {
      clientId: 'abc123',
      redirectUris: ['https://app.example.com/cb'],
      tokenEndpointAuthMethod: 'none',
    }
    writeFileSync(kv, JSON.stringify([{ key: 'client:abc123', value: JSON.stringify(entry) }]))
    const known: Readonly<Record<string, string>> = {
      'dump.json': 'test/fixtures/django/toolkit.json',
      'users.jsonl': 'test/fixtures/auth0/users.jsonl',
      'hashes.jsonl': 'test/fixtures/auth0/hashes.jsonl',
      'export/acme-users-0.json': 'test/fixtures/keycloak/realm.json',
      'kv.json': kv,
      'left.jsonl': join(scratch, 'left.jsonl'),
      RVCmKjZiSsN3vhfKN40NIQ: id,
      '57a90a00c436d2d1': 'prints',
      ID: 'prints',
      NAME: 'mia',
    }
    return words.filter((word) => word !== '--remote').map((word) => known[word] ?? word)
  }

  const pages = DOC_PAGES.map((page) => ({ page, blocks: SHELL.filter((block) => block.page === page) }))
  const tried = pages
    .map(({ blocks, page }) => ({
      page,
      blocks: blocks.filter(
        (block) => isScript(block) || commandsOf(block).some((one) => CLI.test(one) || isCurl(one)),
      ),
    }))
    .filter(({ blocks }) => blocks.length > 0)

  /** Runs a script as bash does. What it would give to wrangler is a key that the provider takes. */
  async function tryScript({ code }: DocBlock): Promise<boolean> {
    writeFileSync(join(scratch, 'the-copy-that-you-keep'), SECRET_KEY)
    const said = await bash(`npx() { cat; }; ${code}`)
    return code.includes('SECRET_KEY') ? SETTINGS.secretKey.parse(said)?.length === 2 : said !== ''
  }

  /** Runs a command, and says what is wrong with its answer; undefined if nothing is. */
  async function tryCommand(command: string, id: string): Promise<string | undefined> {
    const [, stdin = 'a password of mine', rest] = CLI.exec(command) ?? []
    if (rest === undefined) {
      const said: unknown = JSON.parse(await bash(command.replace('curl', 'curl -sS')))
      return typeof said === 'object' && said !== null && 'error' in said ? JSON.stringify(said) : undefined
    }
    // What the page creates is there already, for the blocks that only use it.
    if (/^client create .*--client-id prints/.test(rest)) await cli(['client', 'delete', 'prints'])
    if (/^user create .*--username mia/.test(rest)) await cli(['user', 'delete', 'mia'])
    const { code, stderr } = await cli(withFiles(wordsOf(rest), id), stdin)
    return code === 0 ? undefined : stderr
  }

  it.each(tried)('work as $page says', { timeout: 120_000 }, async ({ blocks }) => {
    await empty()
    const wrong: string[] = []
    for (const block of blocks) {
      const id = await begin()
      if (isScript(block)) {
        if (!(await tryScript(block))) wrong.push(named(block))
        continue
      }
      const commands = commandsOf(block).filter(
        (command) => (CLI.test(command) || isCurl(command)) && elsewhere(command) === undefined,
      )
      for (const command of commands) {
        const problem = await tryCommand(command, id)
        if (problem !== undefined) wrong.push(`${named(block)}: ${command}: ${problem}`)
      }
    }
    expect(wrong).toEqual([])
  })
})
