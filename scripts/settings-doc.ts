import { format } from 'oxfmt'
import type { Setting } from '../src/settings/kinds.ts'
import { ALL_SETTINGS, FEATURE_SETTINGS } from './all-settings.ts'

/** Where the table of settings stands in the README. */
const TABLE = /(<!-- settings -->\n)[^]*?(\n<!-- \/settings -->)/

const HEAD = `# Settings

Every setting of the provider, from \`SETTINGS\` in \`src/settings/settings.ts\` by \`npm run docs\`. Change them there.

A Worker of its own takes them from \`[vars]\` in \`wrangler.toml\`; one that embeds the library may also pass them to
\`createProvider\`, under the name that stands below as "option", and what it passes goes first. Variables are text. An
empty variable counts as not set. A value that cannot be used stops every request with a page that says
\`configuration error\`, and a line in the log that names the variable, what it holds and what it may hold; of a secret it
never says what it holds.
`

/** The text of docs/settings.md. */
export async function settingsDoc(): Promise<string> {
  return tidy(`${HEAD}\n${table()}\n\n${Object.entries(ALL_SETTINGS).map(section).join('\n\n')}\n`)
}

/** The README with its table of settings made anew. */
export async function readmeWithSettings(readme: string): Promise<string> {
  if (!TABLE.test(readme)) throw new Error('README.md has no place for the settings: <!-- settings -->.')
  return tidy(readme.replace(TABLE, (_, start: string, end: string) => `${start}\n${table()}\n${end}`))
}

/** A page as the formatter leaves it. */
export async function tidy(markdown: string): Promise<string> {
  return (await format('page.md', markdown, { printWidth: 110, semi: false, singleQuote: true })).code
}

function table(): string {
  const rows = Object.values(ALL_SETTINGS).map(
    (row: Setting<unknown>) => `| \`${row.variable}\` | ${cell(defaultOf(row))} | ${cell(row.meaning)} |`,
  )
  return ['| variable | default | what it does |', '| --- | --- | --- |', ...rows].join('\n')
}

function section([option, row]: readonly [string, Setting<unknown>]): string {
  return `## ${row.variable}

${row.meaning}${ofFeature(option)}

| option | unit | default | may hold |
| --- | --- | --- | --- |
| \`${option}\` | ${cell(row.unit)} | ${cell(defaultOf(row))} | ${cell(row.expected)} |`
}

/** Whose it is, if it is not the provider's own: without that feature nothing reads it. */
function ofFeature(option: string): string {
  const owner = Object.entries(FEATURE_SETTINGS).find(([, rows]) => Object.hasOwn(rows, option))
  return owner ? ` Of the feature \`${owner[0]}\`.` : ''
}

function defaultOf({ default: value, defaultText, unit }: Setting<unknown>): string {
  if (defaultText !== undefined)
    return typeof value === 'object' && value !== null ? `\`${defaultText}\`` : defaultText
  return unit === 'seconds' ? `\`${String(value)}\`${inWords(Number(value))}` : `\`${String(value)}\``
}

function inWords(seconds: number): string {
  const units = [
    [86_400, 'days'],
    [3600, 'hours'],
    [60, 'minutes'],
  ] as const
  const [size, name] = units.find(([candidate]) => seconds >= candidate && seconds % candidate === 0) ?? []
  return size === undefined ? '' : ` (${seconds / size} ${name})`
}

function cell(text: string): string {
  return text.replaceAll('|', String.raw`\|`)
}
