import { CliError, UsageError } from './cli-error.ts'
import type { Io } from './io.ts'

/** Reads standard input; a line break at its end does not count. */
export async function readLine(io: Pick<Io, 'readStdin'>): Promise<string> {
  return (await io.readStdin()).replace(/\r?\n$/, '')
}

/** Warns of a secret that is on the command line. */
export function warnOfArgument(io: Pick<Io, 'warn'>, option: string, better: string): void {
  io.warn(
    `warning: What follows ${option} stays in the history of the shell, and other users of this machine may see it: ${better} reads it from standard input.\n`,
  )
}

/** Options by which a password comes. */
export interface PasswordOptions {
  readonly password?: string
  readonly passwordStdin?: true
}

/**
 * Reads a new password: from standard input, from the command line with a warning, or from the person at the terminal.
 * @throws {UsageError} there is neither an option nor a terminal
 * @throws {CliError} what was typed the second time is something else
 */
export async function readNewPassword(io: Io, options: PasswordOptions): Promise<string> {
  if (options.passwordStdin) return readLine(io)
  if (options.password !== undefined) {
    warnOfArgument(io, '--password', '--password-stdin')
    return options.password
  }
  if (io.ask === null) throw new UsageError('Give the password: --password-stdin or --password <password>.')
  const password = await io.ask('New password: ', true)
  if ((await io.ask('The same once more: ', true)) === password) return password
  throw new CliError('These were two different passwords. Nothing was changed.')
}
