import type { Provider } from '../concepts.ts'
import { sortsOf } from '../operations/records.ts'
import {
  type Action,
  type Column,
  factColumns,
  type FieldSpec,
  type Known,
  type Resource,
} from '../operations/resource.ts'
import { resources, resourcesOf } from '../operations/resources/index.ts'

type Schema = Readonly<Record<string, unknown>>

const SECURITY = [{ admin: [] }]

/** Describes the API for operators, from the same tables as the panel. */
export function adminApiPaths(provider: Known & Pick<Provider, 'adminResources' | 'paths'>): Schema {
  const base = `${provider.paths.admin}/api`
  const paths = resourcesOf(provider).flatMap((resource): (readonly [string, Schema])[] => [
    [`${base}/${resource.kind}`, collectionOf(resource, provider)],
    [`${base}/${resource.kind}/{id}`, recordOf(resource, provider)],
    ...resource.actions.map(
      (action) =>
        [
          `${base}/${resource.kind}${action.ofAll ? '' : '/{id}'}/${action.name}`,
          actionOf(resource, action, provider),
        ] as const,
    ),
  ])
  return {
    ...Object.fromEntries(paths),
    [`${base}/${resources.clients.kind}/{id}/advice`]: { get: ADVICE },
    [`${base}/activity`]: { get: ACTIVITY },
  }
}

function collectionOf(resource: Resource, provider: Known): Schema {
  const filters = resource.filters.map(({ choices, label, name }) => ({
    name,
    in: 'query',
    description: label,
    schema: { type: 'string', ...(choices ? { enum: choices.map(([value]) => value) } : {}) },
  }))
  const page = [
    { name: 'after', in: 'query', description: '`next` of the previous part', schema: { type: 'string' } },
    { name: 'before', in: 'query', description: '`previous` of the next part', schema: { type: 'string' } },
    { name: 'limit', in: 'query', schema: { type: 'integer', minimum: 1, maximum: 200, default: 50 } },
  ]
  const records = { type: 'array', items: recordSchema(resource, provider) }
  const cursor = { type: ['string', 'null'] }
  const listing = {
    type: 'object',
    properties: { records, next: cursor, previous: cursor, sort: { type: ['string', 'null'] }, total: TOTAL },
  }
  const get = {
    summary: `${resource.title}: a part of the list`,
    security: SECURITY,
    parameters: [...filters, ...sortOf(resource), ...page],
    responses: { 200: answer('The records', listing), ...REFUSALS },
  }
  if (!resource.create) return { get }
  const fields = resource.fields?.(null, provider, null) ?? []
  return {
    get,
    post: {
      summary: `Makes a ${resource.singular}`,
      security: SECURITY,
      requestBody: body(fields),
      responses: { 201: done(resource, provider), ...REFUSALS },
    },
  }
}

/** Describes the parameter that sorts a list, if an index serves any order besides its own. */
function sortOf(resource: Resource): readonly Schema[] {
  const values = sortsOf(resource).flatMap((name) => [name, `-${name}`])
  const description =
    'A column, with a minus in front for descending order. Filters with their own order keep it; `sort` in the answer names it.'
  return values.length > 0
    ? [{ name: 'sort', in: 'query', description, schema: { type: 'string', enum: values } }]
    : []
}

const TOTAL = {
  type: ['object', 'null'],
  description: 'How many records there are, or at least how many if it is not exact',
  properties: { count: { type: 'integer' }, is_exact: { type: 'boolean' } },
}

function recordOf(resource: Resource, provider: Known): Schema {
  const get = {
    summary: `Shows a ${resource.singular}`,
    security: SECURITY,
    parameters: [ID],
    responses: { 200: answer('The record', recordSchema(resource, provider)), ...REFUSALS },
  }
  if (!resource.update) return { get }
  const fields = (resource.fields?.({}, provider, null) ?? []).map((field) => ({ ...field, required: false }))
  return {
    get,
    patch: {
      summary: `Changes a ${resource.singular}; omitted members stay`,
      security: SECURITY,
      parameters: [ID],
      requestBody: body(fields),
      responses: { 200: done(resource, provider), ...REFUSALS },
    },
  }
}

function actionOf(resource: Resource, action: Action, provider: Known): Schema {
  return {
    post: {
      summary: `${action.label}: ${action.question}`,
      security: SECURITY,
      ...(action.ofAll ? {} : { parameters: [ID] }),
      ...(action.fields ? { requestBody: body(action.fields) } : {}),
      responses: { 200: done(resource, provider), ...REFUSALS },
    },
  }
}

const ID = { name: 'id', in: 'path', required: true, schema: { type: 'string' } }

function answer(description: string, schema: Schema): Schema {
  return { description, content: { 'application/json': { schema } } }
}

const problem = (description: string): Schema => answer(description, { $ref: '#/components/schemas/Error' })
const REFUSALS = {
  400: problem('What is wrong with the request; `problems` names the members'),
  401: { description: 'The token is missing or not valid' },
  403: problem('The token lacks the scope, or its user is not staff'),
  404: problem('There is no such record'),
}

const ADVICE = {
  summary: 'Checks how a client is set up',
  security: SECURITY,
  parameters: [ID],
  responses: {
    200: answer(
      'The findings',
      listOfObjects('advice', {
        severity: { type: 'string', enum: ['stops', 'risk', 'hint'] },
        text: { type: 'string' },
      }),
    ),
    ...REFUSALS,
  },
}
const ACTIVITY = {
  summary: 'Counts what happened in the last days',
  security: SECURITY,
  responses: {
    200: answer(
      'Counts by day and kind',
      listOfObjects('activity', {
        day: { type: 'integer' },
        kind: { type: 'string' },
        count: { type: 'integer' },
      }),
    ),
    401: REFUSALS[401],
    403: REFUSALS[403],
  },
}

function listOfObjects(name: string, members: Schema): Schema {
  const items = { type: 'object', properties: members }
  return { type: 'object', properties: { [name]: { type: 'array', items } } }
}

function done(resource: Resource, provider: Known): Schema {
  const properties = {
    id: { type: 'string' },
    message: { type: 'string' },
    client_secret: { type: 'string', description: 'Shown only once, if one was created' },
    invitation_link: { type: 'string', description: 'Shown only once, for an invitation without an address' },
    recovery_link: { type: 'string', description: 'Shown only once, for a user whose access is restored' },
    old_secret_expires_at: {
      type: ['integer', 'null'],
      description: 'When the replaced secret expires, in seconds since 1970; null if it has expired',
    },
    record: { oneOf: [recordSchema(resource, provider), { type: 'null' }] },
  }
  return answer('What was done', { type: 'object', properties })
}

const TIME: Schema = { type: ['integer', 'null'], description: 'Seconds since 1970' }

const VALUES: Readonly<Record<NonNullable<Column['kind']>, Schema>> = {
  ago: TIME,
  browser: { type: 'string' },
  code: { type: 'string' },
  event: { type: 'string' },
  flag: { type: 'boolean' },
  json: { type: ['object', 'null'] },
  list: { type: 'array', items: { type: 'string' } },
  number: { type: ['integer', 'null'] },
  sentence: { type: 'string' },
  sentences: { type: 'array', items: { type: 'string' } },
  state: { type: 'string' },
  text: { type: ['string', 'number', 'null'] },
  time: TIME,
  word: { type: ['string', 'null'] },
}

function recordSchema(resource: Resource, provider: Known): Schema {
  const properties = factColumns(resource, provider).map(({ kind = 'text', name }) => [name, VALUES[kind]])
  return { type: 'object', properties: Object.fromEntries(properties) }
}

function body(fields: readonly FieldSpec[]): Schema {
  const properties = Object.fromEntries(
    fields.map(({ hint, label, name, ...field }) => [
      name,
      { ...fieldSchema(field), description: hint ? `${label}. ${hint}` : label },
    ]),
  )
  const required = fields.filter((field) => field.required).map(({ name }) => name)
  const schema = { type: 'object', properties, ...(required.length > 0 ? { required } : {}) }
  return { content: { 'application/json': { schema } } }
}

function fieldSchema({ choices, kind }: Pick<FieldSpec, 'choices' | 'kind'>): Schema {
  switch (kind) {
    case 'choice':
    case 'password':
    case 'text':
      return choices && kind === 'choice'
        ? { type: 'string', examples: choices.map(([value]) => value) }
        : { type: 'string' }
    case 'seconds':
      return { type: ['integer', 'null'], minimum: 1 }
    case 'choices':
    case 'lines':
      return VALUES.list
    case 'flag':
      return VALUES.flag
    case 'json':
      return VALUES.json
  }
}
