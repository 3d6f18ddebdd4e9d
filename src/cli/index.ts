#!/usr/bin/env node
import process from 'node:process'
import { Command, CommanderError } from 'commander'
import { InvalidInputError, StorageError } from '../errors.ts'
import { CliError, UsageError } from './cli-error.ts'
import { addClientNoun } from './client.ts'
import { addPurge } from './purge.ts'
import { addScopeNoun } from './scope.ts'
import { addTokenNoun } from './token.ts'
import { addUserNoun } from './user.ts'

const FAILED = 1
const WRONG_USAGE = 2

function createProgram(): Command {
  const program = new Command('edge-oauth2')
    .description('Manages the clients, users, scopes and tokens of an edge-oauth2-provider.')
    .exitOverride()
    .showHelpAfterError('(--help shows what it takes)')
  addClientNoun(program)
  addUserNoun(program)
  addScopeNoun(program)
  addTokenNoun(program)
  addPurge(program)
  return program
}

/** Says on standard error what went wrong, and gives the exit code for it. */
function report(error: unknown): number {
  // Commander has said what is wrong with the command, or shown the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USAGE
  console.error(`error: ${describe(error)}`)
  return error instanceof UsageError ? WRONG_USAGE : FAILED
}

function describe(error: unknown): string {
  if (error instanceof StorageError) return describe(error.cause)
  if (error instanceof InvalidInputError)
    return error.problems.map(({ message }) => message).join('\nerror: ')
  if (error instanceof CliError || error instanceof UsageError) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

try {
  await createProgram().parseAsync()
} catch (error) {
  process.exitCode = report(error)
}
