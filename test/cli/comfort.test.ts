import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { readDevVars } from '../../src/cli/dev-vars.ts'
import { type Facts, judge } from '../../src/cli/doctor.ts'
import { calledBy } from '../../src/cli/help.ts'
import { createSession, type Session } from '../../src/cli/open-store.ts'
import { showProgress } from '../../src/cli/progress.ts'
import { readScreen, type Screen, sinceOf } from '../../src/cli/screen.ts'
import { askOver } from '../../src/cli/terminal.ts'
import { clientMetadata } from '../../src/clients/members/index.ts'
import { type CliRecord, jsonOf, runOn, spawnCli, openState } from './run-cli.ts'

const state = await openState()
const session = createSession({ db: state.db, close: async () => {} }, null)

const run = (...args: readonly string[]) => runOn(async () => session, args)
const on = (screen: Screen, ...args: readonly string[]) =>
  runOn(async () => session, args, '', { clientMetadata }, null, { screen })

describe('a user', () => {
  it('is shown, and changed in what is named alone', async () => {
    const args = ['user', 'create', '--username', 'mia', '--email', 'mia@a.example', '--password-stdin']
    expect(await runOn(async () => session, args, 'correct horse')).toMatchObject({ code: 0 })
    expect(jsonOf(await run('user', 'show', 'MIA', '--json'))).toMatchObject({
      username: 'mia',
      is_staff: false,
    })
    const staff = jsonOf(await run('user', 'update', 'mia', '--staff', '--json'))
    expect(staff).toMatchObject({ email: 'mia@a.example', is_staff: true })
    expect(jsonOf(await run('user', 'update', 'mia', '--no-email', '--json'))).toMatchObject({
      email: null,
      is_staff: true,
    })
    expect(jsonOf(await run('user', 'update', 'mia', '--no-staff', '--json'))).toMatchObject({
      is_staff: false,
    })
    expect(await run('user', 'update', 'mia', '--email', 'nobody')).toMatchObject({ code: 1 })
    expect(await run('user', 'show', 'nobody')).toMatchObject({ code: 1, stdout: '' })
  })
})

describe('lists', () => {
  it('are bounded by --limit, and of tokens --live leaves out what has ended', async () => {
    for (const id of ['one', 'two', 'three']) {
      const create = ['client', 'create', '--name', id, '--client-id', id, '--grant', 'client_credentials']
      expect(await run(...create)).toMatchObject({ code: 0 })
    }
    expect(jsonOf<CliRecord[]>(await run('client', 'list', '--limit', '2', '--json'))).toHaveLength(2)
    const insert = `INSERT INTO grants (id, client_id, grant_type, scope, access_expires_at, expires_at, created_at)
      VALUES (?, ?, 'client_credentials', 'read', 9999999999, 9999999999, 1)`
    const grants = [
      ['g1', 'one'],
      ['g2', 'one'],
      ['g3', 'two'],
    ] as const
    await state.db.batch(grants.map((values) => state.db.prepare(insert).bind(...values)))
    const all = jsonOf<CliRecord[]>(await run('token', 'list', '--json'))
    expect(all).toHaveLength(3)
    expect(jsonOf<CliRecord[]>(await run('token', 'list', '--limit', '1', '--json'))).toHaveLength(1)
    const shown = jsonOf(await run('token', 'show', String(all[0]?.['id']), '--json'))
    expect(shown).toMatchObject({ kind: 'access token', id: all[0]?.['id'] })
    expect(await run('token', 'show', 'nothing')).toMatchObject({ code: 1, stdout: '' })
    expect(await run('token', 'revoke', '--client', 'one')).toMatchObject({ code: 0 })
    const live = jsonOf<CliRecord[]>(await run('token', 'list', '--live', '--json'))
    expect(live.map(({ client }) => client)).toEqual(['two'])
  })

  it('fit a terminal of 80 signs without cutting an id, in colors; a pipe gets everything, plain', async () => {
    const terminal = { width: 80, color: true, now: Math.floor(Date.now() / 1000) }
    const grants = ['authorization_code', 'refresh_token', 'password', 'client_credentials']
    const wide = [
      'client',
      'create',
      '--name',
      'A name',
      '--client-id',
      'x'.repeat(32),
      '--redirect-uri',
      'https://a.example/',
    ]
    await run(...wide, ...grants.flatMap((grant) => ['--grant', grant]))
    const { stdout } = await on(terminal, 'client', 'list')
    expect(stdout).toContain('\u001B[1m')
    expect(stdout).toContain('x'.repeat(32))
    expect(stdout).toContain('…')
    for (const line of stripVTControlCharacters(stdout).split('\n'))
      expect(line.length).toBeLessThanOrEqual(80)
    const piped = await run('client', 'list')
    expect(piped.stdout).toContain(grants.join(' '))
    expect(piped.stdout).not.toContain('\u001B')
    expect((await on(terminal, 'user', 'show', 'mia')).stdout).toMatch(/Z \((?:just now|\d+ seconds? ago)\)/)
  })
})

describe('a screen', () => {
  it('has colors on a terminal alone, and none with NO_COLOR or on a dumb one', () => {
    expect(readScreen({ isTTY: true, columns: 120 }, {}, () => 5)).toEqual({
      width: 120,
      color: true,
      now: 5,
    })
    expect(readScreen({}, {}, () => 5)).toEqual({ width: null, color: false, now: 5 })
    expect(readScreen({ isTTY: true }, { NO_COLOR: '1' }, () => 5)).toEqual({
      width: 80,
      color: false,
      now: 5,
    })
    expect(readScreen({ isTTY: true }, { TERM: 'dumb' }, () => 5)).toMatchObject({ color: false })
  })

  it('says times in words', () => {
    for (const [at, said] of [
      [100_000, 'just now'],
      [99_999, '1 second ago'],
      [100_000 + 7300, 'in 2 hours'],
      [100_000 - 86_400 * 3, '3 days ago'],
      [100_000 + 86_400 * 400, 'in 1 year'],
    ] as const) {
      expect(sinceOf(at, 100_000)).toBe(said)
    }
  })
})

describe('a record', () => {
  it('has a line for what is set or stands in its list, and --json has every field', async () => {
    await run(
      'client',
      'create',
      '--name',
      'Short',
      '--client-id',
      'short',
      '--redirect-uri',
      'https://a.example/',
    )
    const { stdout } = await run('client', 'show', 'short')
    const names = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[0])
    expect(names).toEqual([
      'client_id',
      'client_type',
      'name',
      'redirect_uris',
      'grant_types',
      'response_types',
      'disabled',
      'created_at',
      'updated_at',
    ])
    const json = jsonOf(await run('client', 'show', 'short', '--json'))
    expect(json).toMatchObject({ logo_uri: null, subject_type: 'public', require_pkce: false })
    await run('client', 'update', 'short', '--pkce', '--logo-uri', 'https://a.example/logo.png')
    const changed = (await run('client', 'show', 'short')).stdout
    expect(changed).toMatch(/^require_pkce +yes$/m)
    expect(changed).toMatch(/^logo_uri +https:\/\/a\.example\/logo\.png$/m)
  })

  it('says of a user in any case who is staff, and who may sign in', async () => {
    const { stdout } = await run('user', 'show', 'mia')
    expect(stdout).toMatch(/^is_staff +no$/m)
    expect(stdout).toMatch(/^is_active +yes$/m)
    expect(stdout).not.toContain('given_name')
  })
})

describe('progress', () => {
  const MIB = 2 ** 20
  const shownOn = (
    width: number | null,
    reach: (reached: (pass: string, offset: number) => void) => void,
  ): string => {
    let [written, seconds] = ['', 0]
    const screen = { width, color: false, now: 0 }
    const io = { screens: { output: screen, errors: screen }, warn: (line: string) => (written += line) }
    const progress = showProgress(io, 64 * MIB, () => seconds * 1000)
    reach((pass, offset) => {
      progress.reached(pass, offset)
      seconds += 2
    })
    progress.clear()
    return written
  }

  it('has rate and time left, a line for each part where nobody watches', () => {
    const written = shownOn(null, (reached) => {
      for (const offset of [0, 1, 8, 16, 17, 32, 64]) reached('users', offset * MIB)
      for (const offset of [0, 20]) reached('tokens', offset * MIB)
    })
    expect(written.split('\n')).toEqual([
      'users: 25 % of 64 MiB, 2.7 MiB/s, 18 seconds left',
      'users: 50 % of 64 MiB, 3.2 MiB/s, 10 seconds left',
      'users: 100 % of 64 MiB, 5.3 MiB/s, 0 seconds left',
      'tokens: 31 % of 64 MiB, 10.0 MiB/s, 5 seconds left',
      '',
    ])
  })

  it('is one line of a terminal, which never wraps and is gone at the end', () => {
    const written = shownOn(40, (reached) => {
      for (const offset of [0, 1, 2]) reached('users', offset * MIB)
    })
    const lines = written.split('\r').filter(Boolean)
    expect(lines).toEqual([
      'users: 1 % of 64 MiB, 0.5 MiB/s, 2 minu',
      'users: 3 % of 64 MiB, 0.5 MiB/s, 2 minu',
      ' '.repeat(39),
    ])
    expect(written.endsWith('\r')).toBe(true)
  })
})

describe('questions', () => {
  it('are answered by a line; what is hidden does not come back', async () => {
    for (const hidden of [false, true]) {
      const [input, output] = [new PassThrough(), new PassThrough()]
      const answer = askOver({ input, output })('New password: ', hidden)
      input.write('correct horse\n')
      expect(await answer).toBe('correct horse')
      output.end()
      const shown = await text(output)
      expect(shown).toContain('New password: ')
      expect(shown.includes('correct horse')).toBe(!hidden)
    }
  })

  it('are refused by Ctrl-C, Ctrl-D and the end of the line', async () => {
    for (const typed of ['\u0003', '\u0004', null]) {
      const [input, output] = [new PassThrough(), new PassThrough()]
      const answer = askOver({ input, output })('Go on? [y/N] ')
      if (typed === null) input.end()
      else input.write(typed)
      await expect(answer).rejects.toThrow('Nothing was changed.')
    }
  })
})

describe('completion', () => {
  const script = async (shell: string): Promise<string> => (await run('completion', shell)).stdout

  it('in bash offers nouns, verbs and options', async () => {
    const source = await script('bash')
    const complete = (...words: readonly string[]): string =>
      spawnSync(
        'bash',
        [
          '-c',
          `${source}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _edge_oauth2; echo "\${COMPREPLY[*]}"`,
          'x',
          ...words,
        ],
        { encoding: 'utf8' },
      ).stdout.trim()
    expect(complete('edge-oauth2', 'cl')).toBe('client')
    expect(complete('edge-oauth2', 'client', 'rot')).toBe('rotate-secret')
    expect(complete('edge-oauth2', 'client', 'rotate-secret', '--k')).toBe('--keep-old')
    expect(complete('edge-oauth2', 'client', 'rotate-secret', 'prints', '--y')).toBe('--yes')
    expect(complete('edge-oauth2', 'nonsense', '')).toBe('')
  })

  it('in zsh runs the same, and fish has a line for each word', async () => {
    expect(await script('zsh')).toBe(`autoload -U +X bashcompinit && bashcompinit\n${await script('bash')}`)
    const fish = await script('fish')
    expect(fish).toContain("complete -c edge-oauth2 -n 'not __fish_seen_subcommand_from client user")
    expect(fish).toContain(
      "-n '__fish_seen_subcommand_from token; and __fish_seen_subcommand_from list' -l live -d 'only tokens that are valid now'",
    )
    for (const line of fish.trim().split('\n')) expect(line).toMatch(/^complete -c edge-oauth2 -n '[^']+' /)
  })
})

/** The paths of the commands below a command that do something, as its help lists them. */
async function commandsOf(path: readonly string[]): Promise<readonly (readonly string[])[]> {
  const { stdout } = await run(...path, '--help')
  const [, list] = /^Commands:\n(.*?)(?:\n\n|$(?![^]))/ms.exec(stdout) ?? []
  if (list === undefined) return [path]
  const names = [...list.matchAll(/^ {2}(\S+)/gm)].map(([, name = '']) => name)
  return (await Promise.all(names.map((name) => commandsOf([...path, name])))).flat()
}

describe('help', () => {
  it('has examples that can be typed, of every command, and says what is read of the environment', async () => {
    const program = await run('--help')
    expect(program.stdout).toContain('CLOUDFLARE_API_TOKEN')
    const pages: (typeof program)[] = []
    // Completion shows its three commands itself, and reads nothing.
    for (const path of (await commandsOf([])).filter(([name]) => name !== 'completion')) {
      const page = await run(...path, '--help')
      expect(page.stdout).toMatch(/^Examples:$[^]*^Environment:$/m)
      pages.push(page)
    }
    expect(pages.length).toBeGreaterThan(40)
    const examples = [program, ...pages].flatMap(({ stdout }) => [
      ...stdout.matchAll(/^ {2}edge-oauth2 (.+)$/gm),
    ])
    expect(examples.length).toBeGreaterThan(pages.length)
    for (const [, line = ''] of examples) {
      // The shell takes `< file` for itself.
      const args = [...line.replace(/ < \S+$/, '').matchAll(/"([^"]*)"|(\S+)/g)].map(
        ([, quoted, word]) => quoted ?? word ?? '',
      )
      const opened: boolean[] = []
      const open = async (): Promise<never> => {
        opened.push(true)
        throw new Error('far enough')
      }
      const { code } = await runOn(open, args, '', { clientMetadata }, async () => 'correct horse')
      expect({ line, code: code === 2 ? 2 : 0 }).toEqual({ line, code: 0 })
    }
  })

  it('names the program as it was called', async () => {
    expect(calledBy({ npm_lifecycle_event: 'npx', npm_command: 'exec' })).toBe('npx edge-oauth2')
    expect(calledBy({ npm_lifecycle_event: 'test', npm_command: 'test' })).toBe('edge-oauth2')
    const { stdout } = await spawnCli(['client', 'list', '--help'], { npm_lifecycle_event: 'cli' })
    expect(stdout).toMatch(/^Usage: npm run cli -- client list \[options\]$/m)
    expect(stdout).toContain('\n  npm run cli -- client list --limit 20\n')
  })

  it('fits 80 signs, whatever the longest option is called', async () => {
    for (const path of [
      [],
      ['client', 'create'],
      ['client', 'update'],
      ['user'],
      ['import', 'django'],
      ['doctor'],
    ]) {
      const { stdout } = await run(...path, '--help')
      const [options = ''] = stdout.split(/^(?:Examples|Environment):$/m)
      for (const line of options.split('\n')) {
        expect({ line, fits: line.length <= 80 }).toEqual({ line, fits: true })
      }
    }
  })

  it('loads nothing of the storage, of an import or of the client doctor, and so comes at once', () => {
    const hooks = `import { registerHooks } from 'node:module'
registerHooks({ resolve(name, context, next) { process.stderr.write(name + '\\n'); return next(name, context) } })`
    const { stderr, stdout } = spawnSync(
      process.execPath,
      ['--import', `data:text/javascript,${encodeURIComponent(hooks)}`, 'src/cli/index.ts', '--help'],
      { encoding: 'utf8', env: { PATH: process.env['PATH'] } },
    )
    expect(stdout).toContain('Usage: edge-oauth2')
    expect(stderr).toContain('commander')
    expect(stderr).not.toMatch(/drizzle|wrangler$|miniflare|django\/import-django|client-doctor/m)
  })

  it('has the version of the package', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
    expect(await run('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  })
})

const GOOD: Facts = {
  remote: true,
  hasNamespace: true,
  missing: [],
  newer: [],
  hasSecret: true,
  settingsProblem: null,
  issuer: 'https://id.example',
  crons: ['*/15 * * * *'],
  clockAhead: 2,
  staff: 1,
}

describe('doctor', () => {
  it('says what is wrong and what to do, and exits with 1 if something is', async () => {
    expect(judge(GOOD).every(({ state: found }) => found === 'right')).toBe(true)
    for (const [changed, name, state_, said] of [
      [{ hasNamespace: false }, 'bindings', 'wrong', 'kv_namespaces'],
      [{ missing: ['0012_new.sql'] }, 'migrations', 'wrong', 'lacks 0012_new.sql: run npm run deploy'],
      [{ newer: ['9999_x.sql'] }, 'migrations', 'wrong', 'A newer version made 9999_x.sql'],
      [{ hasSecret: false }, 'secret', 'wrong', 'SECRET_KEY is missing'],
      [{ settingsProblem: 'OAUTH_DEMO: holds "on"' }, 'settings', 'wrong', 'OAUTH_DEMO: holds "on"'],
      [{ issuer: null }, 'issuer', 'odd', 'the host of each request'],
      [{ crons: [] }, 'cron', 'wrong', 'There is no cron trigger'],
      [{ clockAhead: -40 }, 'clocks', 'wrong', '40 seconds behind'],
      [{ staff: 0 }, 'staff', 'odd', 'open /setup'],
    ] as const) {
      const checks = judge({ ...GOOD, ...changed })
      const found = checks.find((check) => check.name === name)
      expect(found?.state).toBe(state_)
      expect(found?.text).toContain(said)
      expect(checks.filter((check) => check.state !== 'right')).toHaveLength(1)
      const open = async (): Promise<Session> => session
      const { code, stderr, stdout } = await runOn(open, ['doctor'], '', { clientMetadata }, null, { checks })
      expect({ code, stderr }).toEqual({ code: state_ === 'wrong' ? 1 : 0, stderr: '' })
      expect(stdout).toContain(said)
    }
  })

  it('looks at a real local state', async () => {
    const none = await spawnCli(['doctor'], { PERSIST_TO: join(state.path, 'none') })
    expect(none).toMatchObject({ code: 1, stdout: '' })
    const path = join(state.path, 'fresh')
    const env = { PERSIST_TO: path }
    await spawnCli(['scope', 'create', '--name', 'print', '--description', 'Print'], env)
    const { code, stderr, stdout } = await spawnCli(['doctor', '--json'], env)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const checks = JSON.parse(stdout) as readonly { readonly name: string; readonly state: string }[]
    expect(checks.map(({ name, state: found }) => [name, found])).toEqual([
      ['bindings', 'right'],
      ['migrations', 'right'],
      ['secret', 'right'],
      ['settings', 'right'],
      ['issuer', 'right'],
      ['cron', 'right'],
      ['clocks', 'right'],
      ['staff', 'odd'],
    ])
  })
})

describe('import workers-oauth-provider', () => {
  it('takes clients once, leaves grants and tokens, and writes nothing with --dry-run', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kv-'))
    const file = join(folder, 'kv.json')
    const client = {
      clientId: 'kv-1',
      clientName: 'From KV',
      redirectUris: ['https://a.example/'],
      tokenEndpointAuthMethod: 'none',
    }
    const entries = [
      { key: 'client:kv-1', value: JSON.stringify(client) },
      { key: 'client:kv-2', value: JSON.stringify({ ...client, clientId: 'kv-2', redirectUris: [] }) },
      { key: 'grant:u:1', value: '{}' },
      { key: 'token:u:1:2', value: '{}' },
    ]
    writeFileSync(file, JSON.stringify(entries))
    const counts = { not_taken: 1, grants_left: 1, tokens_left: 1 }
    const load = (...more: readonly string[]) =>
      run('import', 'workers-oauth-provider', file, '--json', ...more)
    expect(jsonOf(await load('--dry-run'))).toMatchObject({ created: 1, existing: 0, ...counts })
    expect(await run('client', 'show', 'kv-1')).toMatchObject({ code: 1 })
    expect(jsonOf(await load())).toMatchObject({ created: 1, existing: 0, ...counts })
    expect(jsonOf(await load())).toMatchObject({ created: 0, existing: 1, ...counts })
    const shown = await run('import', 'workers-oauth-provider', file)
    expect(shown.stdout).toContain('1 grants and 1 tokens, whose users do not exist here')
    expect(shown.stdout).toContain('client:kv-2: The grant types authorization_code')
    expect(await run('import', 'workers-oauth-provider', join(folder, 'none'))).toMatchObject({ code: 1 })
    rmSync(folder, { recursive: true })
  })
})

describe('.dev.vars', () => {
  it('is read as wrangler reads it, where there is one', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dev-vars-'))
    expect(await readDevVars(folder)).toEqual({})
    writeFileSync(join(folder, '.dev.vars'), '# mine\nOAUTH_SCOPES=\'{"print":2}\'\nSECRET_KEY="a b"\n')
    expect(await readDevVars(folder)).toEqual({ OAUTH_SCOPES: '{"print":2}', SECRET_KEY: 'a b' })
    rmSync(folder, { recursive: true })
  })
})
