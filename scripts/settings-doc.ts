import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { format } from 'oxfmt'
import type { Setting } from '../src/settings/kinds.ts'
import { PROFILES } from '../src/settings/profiles.ts'
import { ALL_SETTINGS, FEATURE_SETTINGS } from './all-settings.ts'

const HEAD = `# Settings

This page lists every setting of the provider. \`npm run docs\` generates it from the \`settings.ts\` files in \`src/\`, so
change the descriptions there.

The shipped Worker reads its settings from \`[vars]\` in \`wrangler.toml\`. A Worker that embeds the library can also pass
them to \`createProvider\`, under the name that is listed as "option"; an option takes precedence over its variable.
Variables are text, and an empty variable counts as not set. If a value is invalid, every request gets a page that says
\`configuration error\`, and the log names the variable, its value and the values that it accepts. The log never contains
the value of a secret.
`

/** The text of docs/settings.md. */
export async function settingsDoc(): Promise<string> {
  const sections = Object.entries(ALL_SETTINGS).map(section).join('\n\n')
  return tidy(`${HEAD}\n${table()}\n\n${profiles()}\n\n${sections}\n`)
}

/** A comment above a row, and the row's variable. */
const ROW = /\/\*\*((?:(?!\*\/)[^])*)\*\/\s*\w+: setting(?:<[^(]*>)?\(\s*'(\w+)'/g

/** What settings do, by their variables, as the comments of their rows say it. */
const meanings = new Map(
  readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('settings.ts'))
    .flatMap((file) =>
      [...readFileSync(join('src', file), 'utf8').matchAll(ROW)].map(
        ([, comment = '', variable = '']) =>
          [variable, comment.replaceAll(/\s*\n\s*\*\s?/g, ' ').trim()] as const,
      ),
    ),
)

/**
 * What a setting does, in a sentence or two.
 * @throws {Error} its row has no comment
 */
export function meaningOf({ variable }: Pick<Setting<unknown>, 'variable'>): string {
  const meaning = meanings.get(variable)
  if (meaning === undefined) throw new Error(`No comment says what ${variable} does.`)
  return meaning
}

/** A page as the formatter leaves it. */
export async function tidy(markdown: string): Promise<string> {
  return (await format('page.md', markdown, { printWidth: 110, semi: false, singleQuote: true })).code
}

function table(): string {
  const rows = Object.values(ALL_SETTINGS).map(
    (row: Setting<unknown>) => `| \`${row.variable}\` | ${cell(defaultOf(row))} | ${cell(meaningOf(row))} |`,
  )
  return ['| variable | default | what it does |', '| --- | --- | --- |', ...rows].join('\n')
}

/** What the profiles set and rule out. */
function profiles(): string {
  const entries = Object.entries(PROFILES)
  const set = Object.values(ALL_SETTINGS).filter(({ variable }) =>
    entries.some(([, { defaults }]) => Object.hasOwn(defaults, variable)),
  )
  const rows = set.map((row: Setting<unknown>) => {
    const cells = entries.map(([, { defaults }]) =>
      Object.hasOwn(defaults, row.variable) ? profileDefault(row, defaults[row.variable]) : defaultOf(row),
    )
    return `| \`${row.variable}\` | ${cells.join(' | ')} |`
  })
  const rules = entries.flatMap(([name, { document, forbids }]) =>
    forbids.length === 0
      ? []
      : [
          `\`${name}\` follows ${document}. With it, these values are a configuration error that names both variables:`,
          forbids
            .map(({ refuses, rule, variable }) => `- \`${variable}\` with ${refuses}: ${rule}`)
            .join('\n'),
        ],
  )
  const names = entries.map(([name]) => `\`${name}\``)
  return [
    '## Profiles',
    `\`OAUTH_PROFILE\` sets the defaults of other settings together. Values in \`[vars]\` or \`createProvider\` take precedence, and so do a client's own lifetimes. The shipped \`wrangler.toml\` sets \`OAUTH_EXPIRE_DELTA\`, \`OAUTH_EXPIRE_DELTA_PUBLIC\` and \`OAUTH_ENFORCE_SECURE\`: remove these lines to leave them to the profile.`,
    [`| default of | ${names.join(' | ')} |`, `| --- |${' --- |'.repeat(names.length)}`, ...rows].join('\n'),
    ...rules,
  ].join('\n\n')
}

function profileDefault({ unit }: Setting<unknown>, value: unknown): string {
  return `\`${String(value)}\`${unit === 'seconds' ? inWords(Number(value)) : ''}`
}

function section([option, row]: readonly [string, Setting<unknown>]): string {
  return `## ${row.variable}

${meaningOf(row)}${ofFeature(option)}

| option | unit | default | allowed values |
| --- | --- | --- | --- |
| \`${option}\` | ${cell(row.unit)} | ${cell(defaultOf(row))} | ${cell(row.expected)} |`
}

/** Whose it is, if it is not the provider's own: without that feature nothing reads it. */
function ofFeature(option: string): string {
  const owner = Object.entries(FEATURE_SETTINGS).find(([, rows]) => Object.hasOwn(rows, option))
  return owner ? ` Belongs to the feature \`${owner[0]}\`.` : ''
}

function defaultOf({ default: value, defaultText, unit }: Setting<unknown>): string {
  if (defaultText !== undefined)
    return typeof value === 'object' && value !== null ? `\`${defaultText}\`` : defaultText
  return unit === 'seconds' ? `\`${String(value)}\`${inWords(Number(value))}` : `\`${String(value)}\``
}

function inWords(seconds: number): string {
  const units = [
    [86_400, 'day'],
    [3600, 'hour'],
    [60, 'minute'],
  ] as const
  const [size, name] = units.find(([candidate]) => seconds >= candidate && seconds % candidate === 0) ?? []
  if (size === undefined) return ''
  const count = seconds / size
  return ` (${count} ${name}${count === 1 ? '' : 's'})`
}

function cell(text: string): string {
  return text.replaceAll('|', String.raw`\|`)
}
