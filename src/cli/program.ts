import { Command, CommanderError } from 'commander'
import { ConfigurationError, InvalidInputError, StorageError } from '../errors.ts'
import { CliError, UsageError } from './cli-error.ts'
import { addClientNoun } from './client.ts'
import { addImportNoun } from './import.ts'
import type { Io } from './io.ts'
import { addKeyNoun } from './key.ts'
import { addPurge } from './purge.ts'
import { addScopeNoun } from './scope.ts'
import { addTokenNoun } from './token.ts'
import { addUserNoun } from './user.ts'

const FAILED = 1
const WRONG_USAGE = 2

/**
 * Runs one command.
 * @param args what follows the program's name
 * @returns the exit code: 0, 1 where the command failed, 2 where it was written wrongly
 */
export async function runCommand(args: readonly string[], io: Io): Promise<number> {
  try {
    await createProgram(io).parseAsync(args, { from: 'user' })
    return 0
  } catch (error) {
    // Commander has said what is wrong with the command, or shown the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USAGE
    io.warn(`error: ${describe(error)}\n`)
    return error instanceof UsageError ? WRONG_USAGE : FAILED
  }
}

function createProgram(io: Io): Command {
  const program = new Command('edge-oauth2')
    .description('Manages the clients, users, scopes and tokens of an edge-oauth2-provider.')
    .exitOverride()
    .configureOutput({ writeOut: io.write, writeErr: io.warn })
    .showHelpAfterError('(--help shows what it takes)')
  addClientNoun(program, io)
  addUserNoun(program, io)
  addScopeNoun(program, io)
  addTokenNoun(program, io)
  addKeyNoun(program, io)
  addImportNoun(program, io)
  addPurge(program, io)
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
