import { ConfigurationError } from '../errors.ts'
import type { Setting } from './kinds.ts'
import { checkProfile, type ProfileName, PROFILES } from './profiles.ts'

/**
 * Parses the settings that rows describe.
 * @param profile whose defaults stand for what is not set, and which rules out some values
 * @param usual what stands for the rest, by variable, in place of the defaults of the rows
 * @returns the values by option name
 * @throws {ConfigurationError} names the variable, what it holds (never of a secret) and what it may hold
 */
export function parseRows(
  rows: Readonly<Record<string, Setting<unknown>>>,
  env: Readonly<Record<string, unknown>>,
  given: Readonly<Record<string, unknown>>,
  profile: ProfileName = 'compat',
  usual: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  const unset = { ...usual, ...PROFILES[profile].defaults }
  const entries = Object.entries(rows).map(([option, row]): readonly [string, unknown] => {
    const said = given[option] ?? env[row.variable]
    const held = said === undefined || said === '' ? unset[row.variable] : said
    const value = held === undefined ? row.default : parseValue(row, held)
    checkProfile(profile, row, value)
    return [option, value]
  })
  return Object.freeze(Object.fromEntries<unknown>(entries))
}

function parseValue(row: Setting<unknown>, held: unknown): unknown {
  const value = row.parse(held)
  if (value !== undefined) return value
  const shown = row.unit === 'secret' ? 'a value that cannot be used' : JSON.stringify(held)?.slice(0, 200)
  throw new ConfigurationError(row.variable, `holds ${shown}; it may hold ${row.expected}`)
}
