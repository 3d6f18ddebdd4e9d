import { type Command, InvalidArgumentError, Option } from 'commander'
import {
  checkClientId,
  checkClientSecret,
  generateClientId,
  generateClientSecret,
  parseClientMetadata,
} from '../clients/metadata.ts'
import { sha256Base64url } from '../crypto/bytes.ts'
import { InvalidInputError } from '../errors.ts'
import type { ClientRecord } from '../store/admin-store.ts'
import { CliError, UsageError } from './cli-error.ts'
import type { Io } from './io.ts'
import type { Session } from './open-store.ts'
import { formatRecord, formatTable, type JsonRecord, type Output } from './output.ts'
import { addNoun, addVerb, collect, listAll, runVerb, type VerbOptions } from './verb.ts'

/** Options of `client update`; of `client create`, too, where `name` is always there. */
interface MetadataOptions extends VerbOptions {
  readonly name?: string
  readonly url?: string
  readonly redirectUri?: readonly string[]
  readonly type?: string
  readonly grant?: readonly string[]
  readonly scope?: string
  readonly autoAuthorize?: boolean
  readonly authorizeEveryTime?: boolean
  readonly pkce?: boolean
  readonly accessTokenLifetime?: string
  readonly refreshTokenLifetime?: string
}

interface CreateOptions extends MetadataOptions {
  readonly clientId?: string
  readonly clientSecret?: string
}

interface UpdateOptions extends MetadataOptions {
  readonly enable?: true
  readonly disable?: true
}

interface RotateOptions extends VerbOptions {
  /** Seconds, or true where the option has no value. */
  readonly keepOld?: number | true
}

const DAY = 86_400
const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: DAY }

/** Adds the noun `client` with its verbs. */
export function addClientNoun(program: Command, io: Io): void {
  const noun = addNoun(program, 'client', 'applications that ask for tokens')
  addCreate(noun, io)
  addVerb(noun, 'list', 'list all clients').action((options: VerbOptions) => runVerb(io, options, list))
  addVerb(noun, 'show', 'show a client')
    .argument('<client-id>')
    .action((id: string, options: VerbOptions) =>
      runVerb(io, options, async ({ store }) => show(await find(store, id))),
    )
  addUpdate(noun, io)
  addVerb(noun, 'rotate-secret', 'give a client a new secret, which is shown this one time')
    .argument('<client-id>')
    .option(
      '--keep-old [duration]',
      'let the old secret live on for this long, as 30m, 24h or 7d (24h if no duration is given); without this option it ends at once',
      parseDuration,
    )
    .action((id: string, options: RotateOptions) =>
      runVerb(io, options, (session) => rotate(session, id, options)),
    )
  addVerb(noun, 'delete', 'delete a client with its consents and tokens')
    .argument('<client-id>')
    .action((id: string, options: VerbOptions) => runVerb(io, options, (session) => remove(session, id)))
}

function addCreate(noun: Command, io: Io): void {
  addVerb(noun, 'create', 'make a client; its secret is shown this one time')
    .requiredOption('--name <name>', 'what users see on the consent page')
    .option('--url <url>', "the application's home page")
    .option('--redirect-uri <uri>', 'where users may be sent back to; repeat it for more', collect)
    .addOption(
      new Option('--type <type>', 'confidential (default): it can keep a secret; public: it cannot').choices([
        'confidential',
        'public',
      ]),
    )
    .option(
      '--grant <grant>',
      'a grant type that it may use; repeat it for more (default: authorization_code and, if confidential, refresh_token)',
      collect,
    )
    .option('--scope <names>', 'scopes that it may ask for, separated by spaces (default: all)')
    .option('--client-id <id>', 'its id (default: a random one)')
    .option('--client-secret <secret>', 'its secret (default: a random one)')
    .option('--auto-authorize', 'ask no user for consent')
    .option('--authorize-every-time', 'ask for consent even if it was given before')
    .option('--no-pkce', 'do not demand PKCE of it, if public')
    .option('--access-token-lifetime <seconds>', 'life of its access tokens (default: as the settings say)')
    .option('--refresh-token-lifetime <seconds>', 'life of its refresh tokens (default: as the settings say)')
    .action((options: CreateOptions) => runVerb(io, options, (session) => create(session, options)))
}

function addUpdate(noun: Command, io: Io): void {
  addVerb(noun, 'update', 'change a client; what is not named stays as it is')
    .argument('<client-id>')
    .option('--name <name>', 'what users see on the consent page')
    .option('--url <url>', 'its home page; "" for none')
    .option('--redirect-uri <uri>', 'takes the place of all its redirect URIs; repeat it for more', collect)
    .addOption(
      new Option('--type <type>', 'a client that becomes public loses its secrets').choices([
        'confidential',
        'public',
      ]),
    )
    .option('--grant <grant>', 'takes the place of all its grant types; repeat it for more', collect)
    .option('--scope <names>', 'scopes that it may ask for; "" for all')
    .option('--auto-authorize', 'ask no user for consent')
    .option('--no-auto-authorize', 'ask users for consent')
    .option('--authorize-every-time', 'ask for consent even if it was given before')
    .option('--no-authorize-every-time', 'ask for consent once')
    .option('--pkce', 'demand PKCE of it, if public')
    .option('--no-pkce', 'do not demand PKCE of it')
    .option('--access-token-lifetime <seconds>', 'life of its access tokens; "" for as the settings say')
    .option('--refresh-token-lifetime <seconds>', 'life of its refresh tokens; "" for as the settings say')
    .addOption(new Option('--disable', 'refuse it, and its tokens').conflicts('enable'))
    .option('--enable', 'let it work again')
    .action(async (id: string, options: UpdateOptions) => {
      const { disable, enable } = options
      if (Object.keys(changesOf(options)).length === 0 && !disable && !enable) {
        throw new UsageError('Nothing to change: name at least one option. See client update --help.')
      }
      await runVerb(io, options, (session) => update(session, id, options))
    })
}

async function create({ mark, store }: Session, options: CreateOptions): Promise<Output> {
  const metadata = parseClientMetadata({ ...changesOf(options), name: options.name })
  const clientId = options.clientId === undefined ? generateClientId() : checkClientId(options.clientId)
  const secret =
    metadata.type === 'public' ? refuseSecret(options) : (options.clientSecret ?? generateClientSecret())
  const secretHash = secret === null ? null : await sha256Base64url(checkClientSecret(secret))
  const client = await store.createClient({ clientId, secretHash, metadata }, mark())
  if (!client) throw new CliError(`There is a client ${clientId} already.`)
  return showWithSecret(client, secret)
}

function refuseSecret({ clientSecret }: CreateOptions): null {
  if (clientSecret === undefined) return null
  throw new InvalidInputError('clientSecret', 'A public client has no secret (RFC 6749 2.1).')
}

async function list({ store }: Session): Promise<Output> {
  const clients = (
    await listAll(
      (page) => store.listClients(page),
      ({ clientId }) => clientId,
    )
  ).map(clientRecord)
  const columns = ['client_id', 'client_type', 'name', 'grant_types', 'disabled'] as const
  return { json: clients, text: formatTable(clients, columns, 'There are no clients.') }
}

/** Changes by what others have not changed meanwhile: a client that was is read and changed again. */
async function update({ mark, store }: Session, id: string, options: UpdateOptions): Promise<Output> {
  const changes = changesOf(options)
  const { disable, enable } = options
  for (let attempt = 0; attempt < 5; attempt++) {
    const client = await find(store, id)
    const disabled = disable ?? (enable ? false : client.disabled)
    const changed = { ...parseClientMetadata({ ...client, ...changes }), disabled }
    const updated = await store.updateClient(id, changed, client.updatedAt, mark())
    if (updated !== null && updated !== 'stale') return show(updated)
  }
  throw new CliError(`The client ${id} is being changed by others. Try again.`)
}

async function rotate({ mark, store }: Session, id: string, { keepOld = 0 }: RotateOptions): Promise<Output> {
  const secret = generateClientSecret()
  const keep = keepOld === true ? DAY : keepOld
  const rotated = await store.rotateClientSecret(id, await sha256Base64url(secret), keep, mark())
  if (rotated === 'public') throw new CliError(`The client ${id} is public: it has no secret.`)
  if (!rotated) throw notFound(id)
  return showWithSecret(rotated.client, secret, { old_secret_expires_at: rotated.oldEndsAt })
}

async function remove({ mark, store }: Session, id: string): Promise<Output> {
  const client = await find(store, id)
  if (!(await store.deleteClient(id, mark()))) throw notFound(id)
  return { json: clientRecord(client), text: `The client ${id} is deleted, with its consents and tokens.` }
}

/**
 * Finds a client.
 * @throws {CliError} there is none with this id
 */
export async function find(store: Session['store'], id: string): Promise<ClientRecord> {
  const client = await store.readClient(id)
  if (!client) throw notFound(id)
  return client
}

function notFound(id: string): CliError {
  return new CliError(`There is no client ${id}.`)
}

function show(client: ClientRecord): Output {
  const json = clientRecord(client)
  return { json, text: formatRecord(json) }
}

function showWithSecret(client: ClientRecord, secret: string | null, more: JsonRecord = {}): Output {
  const { client_id = null, ...rest } = clientRecord(client)
  if (secret === null) return show(client)
  const json = { client_id, client_secret: secret, ...rest, ...more }
  return { json, text: `${formatRecord(json)}\n\nKeep the secret: it is not shown again.` }
}

/** The fields of a client's metadata that options name. */
function changesOf(options: MetadataOptions): Readonly<Record<string, unknown>> {
  const changes = {
    name: options.name,
    url: options.url,
    type: options.type,
    redirectUris: options.redirectUri,
    grantTypes: options.grant,
    scope: options.scope,
    autoAuthorize: options.autoAuthorize,
    authorizeEveryTime: options.authorizeEveryTime,
    requirePkce: options.pkce,
    accessTokenLifetime: options.accessTokenLifetime,
    refreshTokenLifetime: options.refreshTokenLifetime,
  }
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined))
}

function clientRecord(client: ClientRecord): JsonRecord {
  return {
    client_id: client.clientId,
    client_type: client.type,
    name: client.name,
    url: client.url,
    redirect_uris: client.redirectUris,
    grant_types: client.grantTypes,
    response_types: client.responseTypes,
    scope: client.scope,
    auto_authorize: client.autoAuthorize,
    authorize_every_time: client.authorizeEveryTime,
    require_pkce: client.requirePkce,
    access_token_lifetime: client.accessTokenLifetime,
    refresh_token_lifetime: client.refreshTokenLifetime,
    disabled: client.disabled,
    created_at: client.createdAt,
    updated_at: client.updatedAt,
  }
}

function parseDuration(text: string): number {
  const [, amount, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  const seconds = Number(amount) * (UNITS[unit] ?? 0)
  if (seconds > 0 && seconds <= 365 * DAY) return seconds
  throw new InvalidArgumentError('It must be a duration of at most a year, as 30m, 24h or 7d.')
}
