import { type Command, Option } from 'commander'
import { usernameKey } from '../identity/usernames.ts'
import type { TokenFilter, TokenRecord } from '../store/admin-store.ts'
import { UsageError } from './cli-error.ts'
import { find as findClient } from './client.ts'
import { type Asking, confirm, type ConfirmOptions } from './confirm.ts'
import type { Io } from './io.ts'
import type { Session } from './open-store.ts'
import { formatTable, type JsonRecord, type Output } from './output.ts'
import { findUser } from './user.ts'
import { addNoun, addVerb, addYes, listAll, runVerb, type VerbOptions } from './verb.ts'

interface FilterOptions extends VerbOptions {
  readonly user?: string
  readonly client?: string
}

interface RevokeOptions extends FilterOptions, ConfirmOptions {
  readonly id?: string
}

/** Adds the noun `token` with its verbs. */
export function addTokenNoun(program: Command, io: Io): void {
  const noun = addNoun(program, 'token', 'access and refresh tokens; never the tokens themselves')
  addFilterOptions(addVerb(noun, 'list', 'list tokens, the newest first')).action((options: FilterOptions) =>
    runVerb(io, options, (session) => list(session, options)),
  )
  addFilterOptions(
    addYes(
      addVerb(noun, 'revoke', 'revoke the tokens of a user, of a client, of both together, or one by its id'),
    ),
  )
    .addOption(
      new Option(
        '--id <id>',
        'of an access token, or of a refresh token with all that hangs from it',
      ).conflicts(['user', 'client']),
    )
    .action(async (options: RevokeOptions) => {
      if (options.id === undefined && options.user === undefined && options.client === undefined) {
        throw new UsageError('Say which tokens: --user <username>, --client <client-id>, both, or --id <id>.')
      }
      await runVerb(io, options, (session) => revoke(session, { ...io, options }))
    })
}

function addFilterOptions(verb: Command): Command {
  return verb.option('--user <username>', 'of this user').option('--client <client-id>', 'of this client')
}

async function list(session: Session, options: FilterOptions): Promise<Output> {
  const { store } = session
  const filter = await readFilter(session, options)
  const kinds = (['access', 'refresh'] as const).map(async (kind) =>
    listAll(
      (page) => store.listTokens(kind, filter, page),
      ({ id }) => id,
    ),
  )
  const tokens = (await Promise.all(kinds)).flat().toSorted((a, b) => b.createdAt - a.createdAt)
  const columns = ['kind', 'id', 'client', 'user', 'scope', 'expires_at', 'revoked_at'] as const
  const json = tokens.map(tokenRecord)
  return { json, text: formatTable(json, columns, 'There are no such tokens.') }
}

async function revoke(
  session: Session,
  asking: Asking & { readonly options: RevokeOptions },
): Promise<Output> {
  const { options } = asking
  const { mark, store } = session
  const target = options.id === undefined ? await readFilter(session, options) : { id: options.id }
  const which = Object.entries({ user: options.user, client: options.client, id: options.id })
  const named = which.flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value}`]))
  const where = session.target === null ? [] : [`on ${session.target}`]
  await confirm(asking, 'These tokens end at once, and applications lose their access.', [...named, ...where])
  const revoked = await store.revokeTokens(target, mark())
  return { json: { revoked }, text: `${revoked} ${revoked === 1 ? 'token is' : 'tokens are'} revoked.` }
}

/** A filter whose user and client exist: a name mistyped must not look like a name without tokens. */
async function readFilter(session: Session, { client, user }: FilterOptions): Promise<TokenFilter> {
  if (user !== undefined) await findUser(session, user)
  if (client !== undefined) await findClient(session, client)
  return { usernameKey: user === undefined ? null : usernameKey(user), clientId: client ?? null }
}

function tokenRecord(token: TokenRecord): JsonRecord {
  return {
    kind: token.kind,
    id: token.id,
    client: token.clientId,
    user: token.username,
    scope: token.scope,
    created_at: token.createdAt,
    expires_at: token.expiresAt,
    revoked_at: token.revokedAt,
  }
}
