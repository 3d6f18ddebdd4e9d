import type { Provider } from '../concepts.ts'
import type { Endpoint } from '../concepts.ts'
import { issuerMetadataUrl } from '../well-known.ts'
import { form, query, type Schema } from './openapi-parts.ts'

/** Describes the endpoints and pages as OpenAPI 3.1, at this provider's addresses. */
export function openApiDocument(provider: Provider): Schema {
  const { endpoints, issuer, origin, pages, paths } = provider
  const here = endpoints.filter(({ available }) => available?.(provider) ?? true)
  const described = here.map((row) => ({ [pathOf(row, provider)]: operationsOf(row, provider) }))
  return {
    openapi: '3.1.0',
    info: { title: 'edge-oauth2-provider', version: '1', description: 'OAuth 2.0 authorization server.' },
    servers: [{ url: origin }],
    paths: [...described, ...pages.map(({ describe }) => describe?.(provider) ?? {})].reduce(join, {}),
    components: { schemas: { Error: ERROR }, securitySchemes: SECURITY_SCHEMES },
    externalDocs: {
      url: issuerMetadataUrl(issuer),
      description: `Metadata of the endpoints below ${paths.oauth2}`,
    },
  }
}

/** One path may have several methods, each from its own row. */
function join(known: Schema, added: Schema): Schema {
  const joined = Object.entries(added).map(([path, operations]): readonly [string, unknown] => [
    path,
    Object.assign({}, known[path], operations),
  ])
  return { ...known, ...Object.fromEntries<unknown>(joined) }
}

/** Returns an endpoint's path, as OpenAPI writes it. */
function pathOf({ at, path }: Endpoint, { paths }: Provider): string {
  const below = at === 'oauth2' ? paths.oauth2 : ''
  return `${below}${path.replaceAll(/:(\w+)(?:\{[^}]*\})?/g, '{$1}').replace(/\/\*$/, '/{path}')}`
}

function operationsOf(row: Endpoint, provider: Provider): Schema {
  const { body, method, required = [], summary, status = 200 } = row
  const parameters = typeof row.parameters === 'function' ? row.parameters(provider) : (row.parameters ?? {})
  const inPath = [...pathOf(row, provider).matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
  const inQuery = body === 'none' ? query(parameters) : []
  return {
    [method.toLowerCase()]: {
      summary,
      ...(row.caller.endsWith('client') && { security: [{ client: [] }, {}] }),
      ...(row.caller === 'bearer' && { security: [{ bearer: [] }] }),
      ...(inPath.length + inQuery.length > 0 && { parameters: [...inPath, ...inQuery] }),
      ...(body === 'form' && { requestBody: form(parameters, required) }),
      ...(body === 'json' && { requestBody: json({ type: 'object' }) }),
      responses: {
        [status]: { description: 'Success', ...(status !== 204 && json(row.response ?? {})) },
        ...(row.caller !== 'nobody' && refusals(row)),
      },
    },
  }
}

function json(schema: Schema): Schema {
  return { content: { 'application/json': { schema } } }
}

const refused = (description: string): Schema => ({
  description,
  ...json({ $ref: '#/components/schemas/Error' }),
})

function refusals({ caller }: Endpoint): Schema {
  return {
    400: refused('An error of RFC 6749 5.2'),
    401: refused(
      caller === 'bearer' ? 'The token is missing or not valid' : 'The caller is not who it claims to be',
    ),
    405: refused('The method is not allowed'),
    429: refused('Too many attempts; Retry-After says how long to wait'),
    503: refused('The storage did not answer; nothing was decided'),
  }
}

const ERROR: Schema = {
  type: 'object',
  required: ['error'],
  properties: { error: { type: 'string' }, error_description: { type: 'string' } },
}

const SECURITY_SCHEMES: Schema = {
  client: { type: 'http', scheme: 'basic' },
  bearer: { type: 'http', scheme: 'bearer' },
  admin: {
    type: 'http',
    scheme: 'bearer',
    description: 'An access token of a member of staff, with the scope `admin`',
  },
}
