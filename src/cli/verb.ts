import { type Command, Option } from 'commander'
import type { Page } from '../store/admin-store.ts'
import type { Io } from './io.ts'
import type { Session } from './open-store.ts'
import type { Output } from './output.ts'

/** Options that every verb has. */
export interface VerbOptions {
  readonly json?: true
  readonly remote?: true
}

/** A noun of the command line, for its verbs. */
export function addNoun(program: Command, name: string, description: string): Command {
  return program.command(name).description(description)
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
    .option('--remote', 'work on the deployed database, over the API of Cloudflare')
}

/**
 * Opens the store that the options name, lets a verb work on it, and prints what it says.
 * @param creates whether it creates something, and so a local state if there is none
 */
export async function runVerb(
  io: Io,
  options: VerbOptions,
  work: (session: Session) => Promise<Output>,
  creates = false,
): Promise<void> {
  const session = await io.open(options.remote ?? false, creates)
  try {
    if (session.target !== null) io.warn(`On ${session.target}.\n`)
    const { json, text, warning } = await work(session)
    if (warning !== undefined) io.warn(`${warning}\n`)
    io.write(`${options.json ? JSON.stringify(json, null, 2) : text}\n`)
  } finally {
    await session.close()
  }
}

/** Adds the option by which a verb that ends something asks nobody. */
export function addYes(verb: Command): Command {
  return verb.option('--yes', 'go on without a question')
}

/** Collects the values of an option that may be repeated. */
export function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value]
}

const PAGE = 500

/**
 * Reads a whole list, part by part.
 * @param list reads a part
 * @param key what the list is sorted by
 */
export async function listAll<T>(
  list: (page: Page) => Promise<readonly T[]>,
  key: (entry: T) => string,
): Promise<readonly T[]> {
  const entries: T[] = []
  for (;;) {
    const last = entries.at(-1)
    const part = await list({ after: last === undefined ? null : key(last), limit: PAGE })
    entries.push(...part)
    if (part.length < PAGE) return entries
  }
}
