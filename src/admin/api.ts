import type { Context } from 'hono'
import { Hono } from 'hono/tiny'
import * as v from 'valibot'
import type { ProviderEnv } from '../concepts.ts'
import { ConfigurationError, InvalidInputError, OAuthError } from '../errors.ts'
import { errorResponse } from '../http/endpoint-errors.ts'
import { toOAuthError } from '../http/errors.ts'
import { readJson, readQuery } from '../http/params.ts'
import { isFreshSignIn, PASSWORD_AGE } from '../identity/fresh-sign-in.ts'
import { afterSessionsEnded } from '../identity/sessions-ended.ts'
import { listRecords, readRecord, sortsOf } from '../operations/records.ts'
import { type Done, type Input, recordJson, type Resource, valueOf } from '../operations/resource.ts'
import { findResource } from '../operations/resources/index.ts'
import { unknownScopes } from '../operations/resources/scopes.ts'
import { ownResource } from '../resource-server/own-resource.ts'
import { proofsOf } from '../resource-server/proofs.ts'
import { type ProtectedEnv, requireScope } from '../resource-server/require-scope.ts'
import { ADMIN_SCOPE } from '../scope.ts'
import type { AdminRecord } from '../store/browse.ts'
import { readActivity } from './activity.ts'
import { readPart } from './list.ts'
import { operatorOf, type StaffOperator } from './operator.ts'
import { checkSetup } from './setup-check.ts'

type ApiEnv = ProviderEnv & ProtectedEnv
type Handling = Context<ApiEnv>
type ApiHandler = (c: Handling, resource: Resource, operator: StaffOperator) => Promise<Response>

const MAX_LIMIT = 200
const LIMIT = 50

/**
 * Creates the API for operators: the same lists and functions as the panel, as JSON, for a bearer token of a member of staff
 * with the scope `admin`.
 */
export function adminApi(): Hono<ApiEnv> {
  const api = new Hono<ApiEnv>()
  api.onError((error, c) => {
    if (error instanceof ConfigurationError) throw error
    if (!(error instanceof InvalidInputError)) return errorResponse(c, toOAuthError(error, c))
    const body = { error: 'invalid_request', error_description: error.message, problems: error.problems }
    return c.json(body, 400, NO_STORE)
  })
  const bearer = requireScope<ProviderEnv>(ADMIN_SCOPE, {
    ...ownResource((c: Context<ProviderEnv>) => c.get('provider')),
    proofs: (c) => proofsOf(c.get('provider'), () => c.get('provider')),
    // Only the name counts; no other scope may include it by its bits.
    scopes: { [ADMIN_SCOPE]: 1 },
  })
  api.use(bearer)
  const on = (method: string, path: string, handle: ApiHandler): void => {
    api.on(method, [path, `${path}/`], async (c) => {
      const operator = await staffToken(c)
      const resource = findResource(c.req.param('kind'), operator.provider)
      return resource ? handle(c, resource, operator) : notFound(c)
    })
  }
  api.on('GET', ['/activity', '/activity/'], async (c) => {
    const { provider, store } = await staffToken(c)
    return c.json({ activity: await readActivity(store, provider.request.now) }, 200, NO_STORE)
  })
  on('GET', '/:kind', list)
  on('POST', '/:kind', create)
  on('GET', '/:kind/:id', show)
  on('GET', '/:kind/:id/advice', advise)
  on('PATCH', '/:kind/:id', update)
  on('POST', '/:kind/:action', actOnAll)
  on('POST', '/:kind/:id/:action', act)
  api.all('*', async (c) => {
    await staffToken(c)
    return notFound(c)
  })
  return api
}

/**
 * Returns the member of staff to whom the token belongs.
 * @throws {OAuthError} insufficient_scope, 403: the token is a client's own, or its user is not staff or was not yet at the
 *   token's sign-in; insufficient_user_authentication, 401: the request writes, and that sign-in was too long ago
 */
async function staffToken(c: Handling): Promise<StaffOperator> {
  const provider = c.get('provider')
  const { user: owner } = c.get('oauth2')
  const store = c.get('provider').adminStore
  const user = owner && store ? await store.readRecord('users', owner.id, provider.request.now) : null
  if (!store || !user || user['is_staff'] !== true || user['is_active'] !== true) {
    throw new OAuthError('insufficient_scope', 'The access token does not belong to a member of staff.')
  }
  checkSignIn(c, user)
  return operatorOf(provider, store, { id: valueOf(user, 'id'), username: valueOf(user, 'username') }, null)
}

/**
 * A token that is older than its user's staff rights does not have them, and a write requires a recent password, as in the
 * panel (RFC 9470).
 */
function checkSignIn(c: Handling, user: AdminRecord): void {
  const authTime = c.get('oauth2').authTime ?? 0
  const staffSince = user['staff_since']
  if (typeof staffSince === 'number' && authTime < staffSince) {
    throw new OAuthError(
      'insufficient_scope',
      'The user became a member of staff after the sign-in for this access token.',
      { reason: 'signed_in_before_staff' },
    )
  }
  if (c.req.method === 'GET' || isFreshSignIn(authTime, c.get('provider').request.now)) return
  const description = 'Changes need an access token of a user who has just signed in.'
  throw new OAuthError('insufficient_user_authentication', description, {
    headers: {
      'WWW-Authenticate': `Bearer error="insufficient_user_authentication", error_description="${description}", max_age=${PASSWORD_AGE}`,
    },
  })
}

const NO_STORE = { 'Cache-Control': 'no-store' }

function notFound(c: Handling): Response {
  return c.json({ error: 'not_found', error_description: 'There is no such record.' }, 404, NO_STORE)
}

async function list(c: Handling, resource: Resource, operator: StaffOperator): Promise<Response> {
  const query = readQuery(c.req.raw)
  const asked = Number(query.get('limit') ?? LIMIT)
  if (!Number.isInteger(asked) || asked < 1 || asked > MAX_LIMIT) {
    throw new InvalidInputError('limit', `The limit must be a whole number from 1 to ${MAX_LIMIT}.`)
  }
  const part = readPart(resource, query)
  if (part.sort === null && query.get('sort') !== undefined) {
    const known = sortsOf(resource).join(', ') || 'nothing'
    throw new InvalidInputError(
      'sort',
      `This list can be sorted by ${known}, with a minus in front for descending order.`,
    )
  }
  const listing = await listRecords(resource, { ...part, counts: true, limit: asked }, operator)
  const { next, previous = null, sort = null, total } = listing
  const records = listing.records.map((record) => recordJson(resource, record, operator.provider))
  const counted = total ? { count: total.count, is_exact: total.isExact } : null
  return c.json({ records, next, previous, sort, total: counted }, 200, NO_STORE)
}

const members = v.record(v.string(), v.unknown())

/** Reads the members of the body; an action may have none. */
async function readMembers(c: Handling): Promise<Input> {
  const parsed = v.safeParse(members, await readJson(c.req.raw))
  if (parsed.success) return parsed.output
  throw new OAuthError('invalid_request', 'The body must be a JSON object.')
}

async function create(c: Handling, resource: Resource, operator: StaffOperator): Promise<Response> {
  if (!resource.create) return notFound(c)
  return answerDone(c, resource, await resource.create(await readMembers(c), operator), operator, 201)
}

async function readAsked(
  c: Handling,
  resource: Resource,
  operator: StaffOperator,
): Promise<AdminRecord | null> {
  return readRecord(resource, c.req.param('id') ?? '', operator)
}

async function show(c: Handling, resource: Resource, operator: StaffOperator): Promise<Response> {
  const record = await readAsked(c, resource, operator)
  return record ? c.json(recordJson(resource, record, operator.provider), 200, NO_STORE) : notFound(c)
}

async function advise(c: Handling, resource: Resource, operator: StaffOperator): Promise<Response> {
  const record = resource.kind === 'clients' ? await readAsked(c, resource, operator) : null
  return record
    ? c.json(
        {
          advice: checkSetup(
            record,
            await unknownScopes(valueOf(record, 'scope') || null, operator),
            operator.provider,
          ),
        },
        200,
        NO_STORE,
      )
    : notFound(c)
}

async function update(c: Handling, resource: Resource, operator: StaffOperator): Promise<Response> {
  const input = await readMembers(c)
  const record = await readAsked(c, resource, operator)
  if (!record || !resource.update) return notFound(c)
  return answerDone(c, resource, await resource.update(record, input, operator), operator)
}

async function act(c: Handling, resource: Resource, operator: StaffOperator): Promise<Response> {
  const input = await readMembers(c)
  const action = resource.actions.find(({ name, ofAll }) => name === c.req.param('action') && !ofAll)
  const record = action ? await readAsked(c, resource, operator) : null
  if (!action || !record) return notFound(c)
  if (!(action.appliesTo?.(record) ?? true)) {
    throw new InvalidInputError('action', 'The record is not in a state for this.')
  }
  return answerDone(c, resource, await action.run(record, input, operator), operator)
}

/** Performs an action on a list as a whole. */
async function actOnAll(c: Handling, resource: Resource, operator: StaffOperator): Promise<Response> {
  const input = await readMembers(c)
  const action = resource.actions.find(({ name, ofAll }) => name === c.req.param('action') && ofAll)
  return action ? answerDone(c, resource, await action.run({}, input, operator), operator) : notFound(c)
}

/** Answers with what was done and the current record; null if it is gone. */
async function answerDone(
  c: Handling,
  resource: Resource,
  done: Done | null,
  operator: StaffOperator,
  status: 200 | 201 = 200,
): Promise<Response> {
  if (!done) return notFound(c)
  afterSessionsEnded(operator.provider)
  const record = await readRecord(resource, done.id, operator)
  const body = {
    id: done.id,
    message: done.text,
    ...(done.secret === undefined ? {} : { [done.secretName ?? 'client_secret']: done.secret }),
    ...done.more,
    record: record && recordJson(resource, record, operator.provider),
  }
  return c.json(body, status, NO_STORE)
}
