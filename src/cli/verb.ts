import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Page } from '../store/admin-store.ts'
import type { Io } from './io.ts'
import type { Session } from './open-store.ts'
import { type Output, shown } from './output.ts'
import { styled } from './screen.ts'

/** Options that every verb has. */
export interface VerbOptions {
  readonly json?: true
  readonly remote?: true
}

/** A noun of the command line, for its verbs. */
export function addNoun(program: Command, name: string, description: string): Command {
  return program.command(name).description(description).helpCommand(false)
}

/** A verb of a noun, with the options that every verb has. */
export function addVerb(noun: Command, name: string, description: string): Command {
  return noun
    .command(name)
    .description(description)
    .option('--json', 'print one JSON document and nothing else')
    .addOption(
      new Option('--local', 'work on the local state: PERSIST_TO, or .wrangler/state (default)').conflicts(
        'remote',
      ),
    )
    .option('--remote', "work on the deployed database, through Cloudflare's API")
}

/**
 * Opens the store that the options name, runs a verb on it, and prints its output.
 * @param creates whether it creates
 * something, including a local state if there is none
 */
export async function runVerb(
  io: Io,
  options: VerbOptions,
  work: (session: Session) => Promise<Output>,
  creates = false,
): Promise<void> {
  const session = await io.open(options.remote ?? false, creates)
  try {
    if (session.target !== null) io.warn(`${styled('dim', `On ${session.target}.`, io.screens.errors)}\n`)
    const { json, text, warning } = await work(session)
    if (warning !== undefined) io.warn(`${warning}\n`)
    io.write(`${options.json ? JSON.stringify(json, null, 2) : shown(text, io.screens.output)}\n`)
  } finally {
    await session.close()
  }
}

/** Adds the option that skips the question of a verb that ends something. */
export function addYes(verb: Command): Command {
  return verb.option('--yes', 'do not ask for confirmation')
}

/** Collects the values of an option that may be repeated. */
export function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value]
}

/** Options of verbs that list. */
export interface ListOptions extends VerbOptions {
  readonly limit?: number
}

/** Adds the option that limits a list. */
export function addLimit(verb: Command): Command {
  return verb.option('--limit <n>', 'list only this many, the newest', (text) => {
    const limit = Number(text)
    if (/^\d{1,7}$/.test(text) && limit > 0) return limit
    throw new InvalidArgumentError('It must be a whole number from 1.')
  })
}

const PAGE = 500

/**
 * Reads a list, part by part.
 * @param list reads a part
 * @param key  by which the list is sorted
 * @param keep whether
 * an entry is included
 * @param most how many to read; defaults to all
 */
export async function listAll<T>(
  list: (page: Page) => Promise<readonly T[]>,
  key: (entry: T) => string,
  keep: (entry: T) => boolean = () => true,
  most = Infinity,
): Promise<readonly T[]> {
  const entries: T[] = []
  let after: string | null = null
  for (;;) {
    const part: readonly T[] = await list({ after, limit: PAGE })
    entries.push(...part.filter(keep))
    const last = part.at(-1)
    if (last === undefined || part.length < PAGE || entries.length >= most) return entries.slice(0, most)
    after = key(last)
  }
}
