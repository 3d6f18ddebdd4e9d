import { type Command, InvalidArgumentError } from 'commander'
import { TOOLKIT_MODELS } from '../django/record.ts'
import { checkScopeBits, type ScopeBits } from '../scope.ts'
import type { Io } from './io.ts'
import {
  addImportOptions,
  type ImportOptions,
  type ImportSource,
  readJsonFile,
  runImport,
} from './run-import.ts'
import { addVerb, runVerb } from './verb.ts'

interface DjangoOptions extends ImportOptions {
  readonly userModel: string
  readonly usernameField?: string
  readonly applicationModel: string
  readonly accessTokenModel: string
  readonly refreshTokenModel: string
  readonly scopeBits: ScopeBits
  readonly refreshDays: number
}

const DAY = 86_400

/** Adds the verb `import django`. */
export function addDjangoVerb(noun: Command, io: Io): void {
  const django = addVerb(
    noun,
    'django',
    'import the output of `manage.py dumpdata`, from django-oauth2-provider or django-oauth-toolkit; may be repeated',
  )
  addImportOptions(django, 'django')
    .argument('<file>', 'the dump, JSON or JSONL')
    .option('--user-model <model>', "the project's AUTH_USER_MODEL", 'auth.user')
    .option(
      '--username-field <field>',
      "the user model's USERNAME_FIELD, such as email; defaults to username, or else email",
    )
    .option(
      '--application-model <model>',
      "the project's OAUTH2_PROVIDER_APPLICATION_MODEL",
      TOOLKIT_MODELS.application,
    )
    .option(
      '--access-token-model <model>',
      "the project's OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL",
      TOOLKIT_MODELS.accessToken,
    )
    .option(
      '--refresh-token-model <model>',
      "the project's OAUTH2_PROVIDER_REFRESH_TOKEN_MODEL",
      TOOLKIT_MODELS.refreshToken,
    )
    .option(
      '--scope-bits <json>',
      'what the integer scopes of django-oauth2-provider 0.2 mean',
      parseScopeBits,
      { read: 2, write: 4 },
    )
    .option('--refresh-days <days>', 'days for which refresh tokens are valid from now on', parseDays, 90)
    .action((file: string, options: DjangoOptions) =>
      runVerb(
        io,
        options,
        (session) =>
          runImport(
            io,
            session,
            { file, read: () => readJsonFile(file), options: optionsOf(options) },
            options,
          ),
        true,
      ),
    )
}

function optionsOf(options: DjangoOptions): ImportSource['options'] {
  return {
    source: options.source,
    userModel: options.userModel.toLowerCase(),
    usernameField: options.usernameField ?? null,
    toolkitModels: {
      application: options.applicationModel.toLowerCase(),
      accessToken: options.accessTokenModel.toLowerCase(),
      refreshToken: options.refreshTokenModel.toLowerCase(),
    },
    scopeBits: options.scopeBits,
    refreshTokenLifetime: options.refreshDays * DAY,
  }
}

function parseScopeBits(text: string): ScopeBits {
  try {
    const bits: unknown = JSON.parse(text)
    if (typeof bits === 'object' && bits !== null && !Array.isArray(bits)) {
      const entries = Object.entries(bits).map(([name, value]) => [name, Number(value)] as const)
      const parsed = Object.fromEntries(entries)
      checkScopeBits(parsed)
      return parsed
    }
  } catch {
    // Reported below.
  }
  throw new InvalidArgumentError('It must be JSON as {"read":2,"write":4}.')
}

function parseDays(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be a whole number of days from 1 to 9999.')
}
