import type { Command } from 'commander'
import type { Io } from './io.ts'
import type { Output } from './output.ts'
import { broken, type Screen, styled } from './screen.ts'
import { addVerb, runVerb, type VerbOptions } from './verb.ts'

/** One thing that was checked. */
export interface Check {
  readonly name: string
  /** `wrong` stops something, `odd` may be intended. */
  readonly state: 'right' | 'odd' | 'wrong'
  /** What was found and, unless it is right, what to do. */
  readonly text: string
}

/** What was found in a configuration and a database. */
export interface Facts {
  readonly remote: boolean
  readonly hasNamespace: boolean
  /** Names of migrations: those that the database lacks, and those that it has beyond this version. */
  readonly missing: readonly string[]
  readonly newer: readonly string[]
  /** Whether SECRET_KEY exists, and the problem of an invalid setting; null if all are valid. */
  readonly hasSecret: boolean
  readonly settingsProblem: string | null
  readonly issuer: string | null
  readonly crons: readonly string[]
  /** Seconds by which the database's clock is ahead of this machine's. */
  readonly clockAhead: number
  /** Active members of staff. */
  readonly staff: number
}

/** Seconds by which clocks may differ; codes and tokens are valid for longer. */
const DRIFT = 30

/** Judges whether each fact is as it should be, and says what to do if it is not. */
export function judge(facts: Facts): readonly Check[] {
  const { clockAhead, crons, hasNamespace, hasSecret, issuer, missing, newer, remote, staff } = facts
  const check = (name: string, good: boolean, right: string, wrong: string, bad: Check['state'] = 'wrong') =>
    ({ name, state: good ? 'right' : bad, text: good ? right : wrong }) as const
  return [
    check(
      'bindings',
      hasNamespace,
      'DB and KV are bound.',
      'KV is not bound: add kv_namespaces = [{ binding = "KV" }] to wrangler.toml.',
    ),
    newer.length > 0
      ? check('migrations', false, '', `A newer version made ${newer.join(', ')}: use that version.`)
      : check(
          'migrations',
          missing.length === 0,
          'The database has all of them.',
          `The database lacks ${missing.join(', ')}: run npm run deploy.`,
        ),
    check(
      'secret',
      hasSecret,
      'SECRET_KEY is set.',
      'SECRET_KEY is missing: npm run deploy creates one, or set it with npx wrangler secret put SECRET_KEY.',
    ),
    check(
      'settings',
      facts.settingsProblem === null,
      'All are valid.',
      `${facts.settingsProblem}: every request is answered with 500 until wrangler.toml is corrected.`,
    ),
    check(
      'issuer',
      issuer !== null || !remote,
      issuer ?? 'OAUTH_ISSUER is not set: the issuer is the address of each request.',
      'OAUTH_ISSUER is not set: the host of each request becomes the issuer. Set it to the one address that applications use.',
      'odd',
    ),
    check(
      'cron',
      crons.length > 0,
      `The purge runs at ${crons.join(', ')}.`,
      'There is no cron trigger: expired records stay, and signing keys are not rotated. Add crons to [triggers] in wrangler.toml.',
    ),
    check(
      'clocks',
      Math.abs(clockAhead) <= DRIFT,
      'The database and this machine agree.',
      `The database is ${Math.abs(clockAhead)} seconds ${clockAhead > 0 ? 'ahead of' : 'behind'} this machine: set the clock right.`,
    ),
    check(
      'staff',
      staff > 0,
      staff === 1 ? 'One person may use the panel.' : `${staff} people may use the panel.`,
      'Nobody may use the panel: open /setup, or run user create --staff.',
      'odd',
    ),
  ]
}

/** Adds the command `doctor`. */
export function addDoctor(program: Command, io: Io): void {
  addVerb(program, 'doctor', 'check bindings, migrations, secret, settings, issuer, cron and clocks')
    .argument(
      '[target]',
      "a client's document, a client id, a redirect URI or the address of an MCP server: what each known client would do, and where it would stop",
    )
    .option('--issuer <url>', 'the provider that a target is for, if not that of the configuration')
    .addHelpText('after', '\nIt changes nothing, and exits with 1 if something is wrong.')
    .action(async (target: string | undefined, options: VerbOptions & { readonly issuer?: string }) => {
      if (target !== undefined) {
        // Only this needs the known clients and what they do, so help does without.
        const { examine } = await import('./examine.ts')
        await runVerb(io, options, async (session) => examine(target, options.issuer, session))
        return
      }
      const { json, text, failed } = report(await io.inspect(options.remote ?? false))
      const said = typeof text === 'string' ? text : text(io.screens.output)
      io.write(`${options.json ? JSON.stringify(json, null, 2) : said}\n`)
      if (failed) throw new FoundWrong()
    })
}

/** Thrown when something is wrong and has been reported. */
export class FoundWrong extends Error {}

const MARKS = { right: ['green', 'ok'], odd: ['yellow', 'odd'], wrong: ['red', 'wrong'] } as const

function report(checks: readonly Check[]): Output {
  const width = Math.max(...checks.map(({ name }) => name.length))
  const text = (screen: Screen): string =>
    checks
      .map(({ name, state, text: said }) => {
        const [style, mark] = MARKS[state]
        return `${styled(style, mark.padEnd(5), screen)}  ${name.padEnd(width)}  ${broken(said, width + 9, screen)}`
      })
      .join('\n')
  return { json: checks, text, failed: checks.some(({ state }) => state === 'wrong') }
}
