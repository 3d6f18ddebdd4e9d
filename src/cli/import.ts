import { type Command, InvalidArgumentError } from 'commander'
import type { DjangoImport } from '../django/import-state.ts'
import { TOOLKIT_MODELS } from '../django/record.ts'
import { AUTH0_USER, auth0Records, readAuth0Hashes } from '../imports/auth0.ts'
import { KEYCLOAK_USER, keycloakRecords } from '../imports/keycloak.ts'
import { addDjangoVerb } from './import-django.ts'
import { addWorkersVerb } from './import-workers.ts'
import type { Io } from './io.ts'
import {
  addImportOptions,
  type ImportOptions,
  type ImportSource,
  readJsonFile,
  runImport,
  sizeOf,
} from './run-import.ts'
import { addNoun, addVerb, runVerb } from './verb.ts'

interface UserOptions extends ImportOptions {
  readonly usernameField?: string
}

interface Auth0Options extends UserOptions {
  readonly passwords?: string
}

/** Adds the noun `import` with its verbs. */
export function addImportNoun(program: Command, io: Io): void {
  const noun = addNoun(program, 'import', 'import data from another provider')
  addDjangoVerb(noun, io)
  addWorkersVerb(noun, io)
  const auth0 = addVerb(noun, 'auth0', 'import users: the lines of an export of users or of password hashes')
  addUserOptions(auth0, 'auth0')
    .option('--passwords <file>', 'the export of password hashes, if <file> is that of users')
    .action((file: string, options: Auth0Options) =>
      runVerb(
        io,
        options,
        async (session) => {
          const hashes = await hashesOf(options.passwords)
          const read = (): ReturnType<DjangoImport['read']> => auth0Records(readJsonFile(file), hashes)
          return runImport(io, session, { file, read, options: usersOf(AUTH0_USER, options) }, options)
        },
        true,
      ),
    )
  const keycloak = addVerb(noun, 'keycloak', 'import the users of a realm export')
  addUserOptions(keycloak, 'keycloak').action((file: string, options: UserOptions) =>
    runVerb(
      io,
      options,
      (session) => {
        const read = (): ReturnType<DjangoImport['read']> => keycloakRecords(readJsonFile(file))
        return runImport(io, session, { file, read, options: usersOf(KEYCLOAK_USER, options) }, options)
      },
      true,
    ),
  )
}

async function hashesOf(file: string | undefined): Promise<ReadonlyMap<string, string>> {
  if (file === undefined) return new Map()
  await sizeOf(file)
  return readAuth0Hashes(readJsonFile(file))
}

function addUserOptions(verb: Command, source: string): Command {
  return addImportOptions(verb, source)
    .argument('<file>', 'JSON or JSONL')
    .option('--username-field <field>', 'username or email; defaults to username, or else email', (text) => {
      if (text === 'username' || text === 'email') return text
      throw new InvalidArgumentError('It must be username or email.')
    })
}

/** Options of an import of only users. */
function usersOf(userModel: string, { source, usernameField }: UserOptions): ImportSource['options'] {
  return {
    source,
    userModel,
    usernameField: usernameField ?? null,
    toolkitModels: TOOLKIT_MODELS,
    scopeBits: {},
    refreshTokenLifetime: 0,
  }
}
