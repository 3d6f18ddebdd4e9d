import { describeHanging } from '../operations/hanging.ts'
import { type Action, type Resource, valueOf } from '../operations/resource.ts'
import type { AdminRecord } from '../store/browse.ts'
import { CliError } from './cli-error.ts'
import type { Io } from './io.ts'
import type { Session } from './open-store.ts'
import { printable } from './output.ts'
import type { VerbOptions } from './verb.ts'

/** Options of verbs that ask first. */
export interface ConfirmOptions extends VerbOptions {
  readonly yes?: true
}

/** How to ask, and whom. */
export type Asking = Pick<Io, 'ask' | 'warn'> & { readonly options: ConfirmOptions }

/**
 * Asks the person at the terminal for confirmation. Without a terminal nobody is asked, as scripts know what they want.
 *
 * @param details what it is about, one line each
 * @throws {CliError} the answer is not yes
 */
export async function confirm(
  { ask, options, warn }: Asking,
  question: string,
  details: readonly string[],
): Promise<void> {
  if (options.yes || ask === null) return
  warn(`${[question, ...details.map((line) => `  ${printable(line)}`)].join('\n')}\n`)
  const answer = await ask('Go on? [y/N] ')
  if (!/^y(?:es)?$/i.test(answer.trim())) throw new CliError('Nothing was changed.')
}

/**
 * Asks before an action of the panel, in the panel's words, including what is deleted with the record.
 * @throws {CliError} the answer is not yes
 */
export async function confirmAction(
  asking: Asking,
  resource: Resource,
  action: Action,
  record: AdminRecord,
  session: Session,
): Promise<void> {
  if (asking.options.yes || asking.ask === null) return
  const hanging = action.removes ? await describeHanging(resource, record, session.store) : null
  const names = [...new Set([resource.name, resource.id].map((name) => valueOf(record, name)))].join(', ')
  const where = session.target === null ? [] : [`on ${session.target}`]
  await confirm(asking, action.question, [names, ...where, ...(hanging === null ? [] : [hanging])])
}
