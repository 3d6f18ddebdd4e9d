import { CliError, UsageError } from './cli-error.ts'
import type { Io } from './io.ts'

/** Reads standard input, without a trailing line break. */
export async function readLine(io: Pick<Io, 'readStdin'>): Promise<string> {
  return (await io.readStdin()).replace(/\r?\n$/, '')
}

/** Warns about a secret on the command line. */
export function warnOfArgument(io: Pick<Io, 'warn'>, option: string, better: string): void {
  io.warn(
    `warning: The value of ${option} stays in the shell history, and other users of this machine may see it: ${better} reads it from standard input.\n`,
  )
}

/** Options that provide a password. */
export interface PasswordOptions {
  readonly password?: string
  readonly passwordStdin?: true
}

/**
 * Reads a new password from standard input, from the command line with a warning, or from the person at the terminal.
 *
 * @throws {UsageError} there is neither an option nor a terminal
 * @throws {CliError} the second input differs from the
 * first
 */
export async function readNewPassword(io: Io, options: PasswordOptions): Promise<string> {
  if (options.passwordStdin) return readLine(io)
  if (options.password !== undefined) {
    warnOfArgument(io, '--password', '--password-stdin')
    return options.password
  }
  if (io.ask === null)
    throw new UsageError('Provide the password: --password-stdin or --password <password>.')
  const password = await io.ask('New password: ', true)
  if ((await io.ask('Repeat the new password: ', true)) === password) return password
  throw new CliError('The passwords do not match. Nothing was changed.')
}
