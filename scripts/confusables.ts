// Makes src/identity/confusables.ts anew: `node scripts/confusables.ts PATH`, where PATH is `src/tables.rs` of the crate
// unicode-security (`cargo fetch`), which follows each version of Unicode; no package of npm does.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { usernameKey } from '../src/identity/usernames.ts'

const [, , path = ''] = process.argv
const tables = await readFile(path, 'utf8')

/** A character as Rust writes it. */
const CHAR = String.raw`'(\\u\{[0-9a-f]+\}|\\.|[^'])'`

function unescape(text: string): string {
  const [, hex] = /^\\u\{([0-9a-f]+)\}$/.exec(text) ?? []
  if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16))
  return text.replace(/^\\(?=.)/, '')
}

function part(from: string, to: string): string {
  return tables.slice(tables.indexOf(from), tables.indexOf(to))
}

const version = /UNICODE_VERSION[^=]*= \((\d+), (\d+), (\d+)\)/.exec(tables)?.slice(1).join('.') ?? ''
const confusables = [
  ...part('mod confusable_detection', 'mod potential_mixed').matchAll(
    new RegExp(`\\(${CHAR},\\s*&\\[([^\\]]*)\\]\\)`, 'g'),
  ),
].map(([, from = '', to = '']) => {
  const target = [...to.matchAll(new RegExp(CHAR, 'g'))].map(([, char = '']) => unescape(char)).join('')
  return [unescape(from), target] as const
})

const point = (char: string): number => char.codePointAt(0) ?? 0
/** What looks like something in another script, such as one ideograph like another, would make the table three times as long. */
const FAMILIAR = /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Common}\p{M}]+$/u

/** What names are made of; other symbols look like few letters. */
const NAMING = /[\p{L}\p{M}\p{N}\p{Pc}\p{Pd}\p{ASCII}]/u

const kept = confusables
  .filter(([from]) => NAMING.test(from))
  .filter(
    ([from]) =>
      from.normalize('NFKD') === from && !/[\p{Cn}\p{C}\p{Default_Ignorable_Code_Point}]/u.test(from),
  )
  .filter(([from, to]) => usernameKey(from) !== usernameKey(to))
  .filter(([, to]) => FAMILIAR.test(to))
  .toSorted(([a], [b]) => point(a) - point(b))

const base36 = (number: number): string => number.toString(36).toUpperCase()
/** In ASCII, as a bundle writes all else in six characters. */
const written = (target: string): string =>
  Array.from(target, (char) => (/[ #-&(-[\]-~]/.test(char) ? char : `!${base36(point(char))}.`)).join('')

let last = 0
const text = kept
  .map(([from, to]) => {
    const step = point(from) - last
    last = point(from)
    const target = written(usernameKey(to))
    return `${step === 1 ? '' : base36(step)}${/^[^A-Z0-9]$/.test(target) ? target : `"${target}"`}`
  })
  .join('')

await writeFile(
  join(import.meta.dirname, '../src/identity/confusables.ts'),
  `/**
 * Characters that look like others (Unicode ${version}, UTS #39 4), by \`node scripts/confusables.ts\`. In the order of the
 * characters: the step from the one before in base 36 (none: 1), then what it looks like: one sign, or several in quotes.
 * What is not ASCII stands as \`!\`, its code point in base 36, and a period.
 */
export const CONFUSABLES =
  '${text}'
`,
)
console.log(`${kept.length} of ${confusables.length} characters, Unicode ${version}`)
