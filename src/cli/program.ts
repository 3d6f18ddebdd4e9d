import { Command, CommanderError } from 'commander'
import { ConfigurationError, InvalidInputError, StorageError } from '../errors.ts'
import { CliError, UsageError } from './cli-error.ts'
import { addClientNoun } from './client.ts'
import { addCompletion } from './completion.ts'
import { addDoctor, FoundWrong } from './doctor.ts'
import { addHelp, narrowHelp } from './help.ts'
import { addImportNoun } from './import.ts'
import type { Io } from './io.ts'
import { addIssuerNoun } from './issuer.ts'
import { addKeyNoun } from './key.ts'
import { addPurge } from './purge.ts'
import { addResourceNoun } from './resource.ts'
import { addScopeNoun } from './scope.ts'
import { styled } from './screen.ts'
import { addSignInProviderNoun } from './sign-in-provider.ts'
import { addTokenNoun } from './token.ts'
import { addUserNoun } from './user.ts'
import { version } from './version.ts'

const FAILED = 1
const WRONG_USAGE = 2

/**
 * Runs one command.
 * @param args the arguments after the program's name
 * @returns the exit code: 0, 1 if the command failed, 2 for wrong
 * usage
 */
export async function runCommand(args: readonly string[], io: Io): Promise<number> {
  try {
    await createProgram(io).parseAsync(args, { from: 'user' })
    return 0
  } catch (error) {
    // Commander has reported what is wrong with the command, or shown the requested help.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USAGE
    if (error instanceof FoundWrong) return FAILED
    io.warn(`${styled('red', 'error:', io.screens.errors)} ${describe(error)}\n`)
    return error instanceof UsageError ? WRONG_USAGE : FAILED
  }
}

function createProgram(io: Io): Command {
  const program = new Command('edge-oauth2')
    .description('Manages the clients, users, scopes, resources and tokens of an edge-oauth2-provider.')
    .version(version(), '--version', 'print the version')
    .helpCommand(false)
    .configureHelp(narrowHelp(io.called))
    .exitOverride()
    .configureOutput({
      writeOut: io.write,
      writeErr: io.warn,
      getOutHelpWidth: () => io.screens.output.width ?? 80,
      getErrHelpWidth: () => io.screens.errors.width ?? 80,
    })
    .showHelpAfterError('(--help shows what it takes)')
  addClientNoun(program, io)
  addUserNoun(program, io)
  addScopeNoun(program, io)
  addResourceNoun(program, io)
  addIssuerNoun(program, io)
  addSignInProviderNoun(program, io)
  addTokenNoun(program, io)
  addKeyNoun(program, io)
  addImportNoun(program, io)
  addPurge(program, io)
  addDoctor(program, io)
  addCompletion(program, io)
  addHelp(program, io.called)
  return program
}

function describe(error: unknown): string {
  if (error instanceof StorageError) return describe(error.cause)
  if (error instanceof InvalidInputError)
    return error.problems.map(({ message }) => message).join('\nerror: ')
  if (error instanceof CliError || error instanceof UsageError || error instanceof ConfigurationError)
    return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
