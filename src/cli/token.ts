import { type Command, Option } from 'commander'
import { usernameKey } from '../identity/usernames.ts'
import { readRecord } from '../operations/records.ts'
import { recordJson } from '../operations/resource.ts'
import { accessTokens, refreshTokens } from '../operations/resources/tokens.ts'
import type { TokenFilter, TokenRecord } from '../store/admin-store.ts'
import { CliError, UsageError } from './cli-error.ts'
import { find as findClient } from './client.ts'
import { type Asking, confirm, type ConfirmOptions } from './confirm.ts'
import type { Io } from './io.ts'
import type { Session } from './open-store.ts'
import { formatRecord, formatTable, type JsonRecord, type Output } from './output.ts'
import { type Screen, sinceOf } from './screen.ts'
import { findUser } from './user.ts'
import {
  addLimit,
  addNoun,
  addVerb,
  addYes,
  listAll,
  type ListOptions,
  runVerb,
  type VerbOptions,
} from './verb.ts'

interface FilterOptions extends VerbOptions {
  readonly user?: string
  readonly client?: string
}

interface FindOptions extends FilterOptions, ListOptions {
  readonly live?: true
}

interface RevokeOptions extends FilterOptions, ConfirmOptions {
  readonly id?: string
}

/** Adds the noun `token` with its verbs. */
export function addTokenNoun(program: Command, io: Io): void {
  const noun = addNoun(program, 'token', 'access and refresh tokens, without the tokens themselves')
  addFilterOptions(addLimit(addVerb(noun, 'list', 'list tokens, newest first')))
    .option('--live', 'only tokens that are valid now')
    .action((options: FindOptions) => runVerb(io, options, (session) => list(session, options)))
  addVerb(noun, 'show', 'show a token by its id')
    .argument('<id>')
    .action((id: string, options: VerbOptions) => runVerb(io, options, (session) => show(session, id)))
  addFilterOptions(
    addYes(
      addVerb(noun, 'revoke', 'revoke the tokens of a user, of a client, of both together, or one by its id'),
    ),
  )
    .addOption(
      new Option(
        '--id <id>',
        'of an access token, or of a refresh token with everything that belongs to it',
      ).conflicts(['user', 'client']),
    )
    .action(async (options: RevokeOptions) => {
      if (options.id === undefined && options.user === undefined && options.client === undefined) {
        throw new UsageError(
          'Choose the tokens: --user <username>, --client <client-id>, both, or --id <id>.',
        )
      }
      await runVerb(io, options, (session) => revoke(session, { ...io, options }))
    })
}

function addFilterOptions(verb: Command): Command {
  return verb.option('--user <username>', 'of this user').option('--client <client-id>', 'of this client')
}

async function list(session: Session, options: FindOptions): Promise<Output> {
  const { now, store } = session
  const filter = await readFilter(session, options)
  const kinds = (['access', 'refresh'] as const).map(async (kind) =>
    listAll(
      (page) => store.listTokens(kind, filter, page),
      ({ id }) => id,
      (token) => !options.live || isLive(token, now),
      options.limit,
    ),
  )
  const tokens = (await Promise.all(kinds)).flat().toSorted((a, b) => b.createdAt - a.createdAt)
  const columns = ['kind', 'id', 'client', 'user', 'scope', 'expires'] as const
  const json = tokens.slice(0, options.limit).map(tokenRecord)
  const text = (screen: Screen): string => {
    const rows = json.map((token): JsonRecord => ({ ...token, expires: endOf(token, screen.now) }))
    return formatTable(rows, columns, 'There are no such tokens.')(screen)
  }
  return { json, text }
}

/** Returns when a token expires or has ended, in words. */
function endOf(
  { expires_at: expiresAt = null, revoked_at: revokedAt = null }: JsonRecord,
  now: number,
): string {
  return revokedAt === null ? sinceOf(Number(expiresAt), now) : 'revoked'
}

function isLive({ expiresAt, revokedAt }: TokenRecord, now: number): boolean {
  return revokedAt === null && expiresAt > now
}

async function show(session: Session, id: string): Promise<Output> {
  for (const resource of [accessTokens, refreshTokens]) {
    const record = await readRecord(resource, id, session)
    if (!record) continue
    const json = { kind: resource.singular, ...recordJson(resource, record, session.provider) }
    return { json, text: formatRecord(json, resource) }
  }
  throw new CliError(`There is no token with the id ${id}.`)
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

/** Reads a filter whose user and client exist, as a mistyped name must not look like one without tokens. */
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
