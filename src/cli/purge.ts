import type { Command } from 'commander'
import { purgeExpired } from '../store/purge.ts'
import type { Io } from './io.ts'
import type { Session } from './open-store.ts'
import { formatRecord, type Output } from './output.ts'
import { addVerb, runVerb, type VerbOptions } from './verb.ts'

/** Half a million rows of each table; the rest waits for the next call. */
const ROUNDS = 1000

/** Adds the command `purge`. */
export function addPurge(program: Command, io: Io): void {
  addVerb(
    program,
    'purge',
    'remove expired tokens, grants, sessions and counters, as the cron trigger does',
  ).action((options: VerbOptions) => runVerb(io, options, purge))
}

async function purge({ mark, store }: Session): Promise<Output> {
  const removed = await purgeExpired(store, mark().now, ROUNDS)
  const json = {
    grants: removed.grants,
    sessions: removed.sessions,
    throttle: removed.throttle,
  }
  return { json, text: formatRecord(json) }
}
