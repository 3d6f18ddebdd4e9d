import type { Provider } from '../concepts.ts'

type Schema = Readonly<Record<string, unknown>>

/** A form of the protocol: its fields, and those that it must have. */
function form(fields: Readonly<Record<string, string>>, required: readonly string[] = []): Schema {
  const properties = Object.fromEntries(
    Object.entries(fields).map(([name, description]) => [name, { type: 'string', description }]),
  )
  const schema = { type: 'object', required, properties }
  return { required: true, content: { 'application/x-www-form-urlencoded': { schema } } }
}

function json(description: string, schema: string): Schema {
  return {
    description,
    content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } },
  }
}

const page = (description: string): Schema => ({ description, content: { 'text/html': {} } })
const seeOther: Schema = {
  description: 'On to the next step, or back to the client',
  headers: { Location: { schema: { type: 'string' } } },
}
const error = json('An error of RFC 6749 5.2', 'Error')
const throttled = json('Too many attempts; Retry-After says how long to wait', 'Error')

const REQUEST_ID = { request: 'Id of the captured request; the newest of the browser, if left out' }
const ANTI_FORGERY = { anti_forgery: 'From the page that shows the form' }
const CLIENT = {
  client_id: 'Unless in the Authorization header',
  client_secret: 'Likewise; none for a public client',
}

const AUTHORIZATION_PARAMETERS = {
  response_type: 'code or token (RFC 6749 3.1.1)',
  client_id: 'Who asks',
  redirect_uri: 'Where the answer goes; may be left out where one is registered',
  scope: 'Names separated by spaces',
  state: 'Comes back byte for byte',
  response_mode: 'query, fragment or form_post',
  code_challenge: 'RFC 7636 4.2',
  code_challenge_method: 'S256',
  prompt: 'none, login or consent (OpenID Connect Core 3.1.2.1)',
  max_age: 'Seconds since the password was given',
}

function parameters(fields: Readonly<Record<string, string>>): readonly Schema[] {
  return Object.entries(fields).map(([name, description]) => ({
    name,
    in: 'query',
    description,
    schema: { type: 'string' },
  }))
}

/** Describes the endpoints as OpenAPI 3.1, at the addresses where this provider has them. */
export function openApiDocument(
  provider: Pick<Provider, 'admin' | 'clientMetadata' | 'grantTypes' | 'issuer' | 'paths' | 'settings'>,
): Schema {
  const { issuer, paths } = provider
  return {
    openapi: '3.1.0',
    info: { title: 'edge-oauth2-provider', version: '1', description: 'OAuth 2.0 authorization server.' },
    servers: [{ url: issuer }],
    paths: {
      ...protocolPaths(provider),
      ...pagePaths(provider),
      ...documentPaths(provider),
      ...provider.admin?.describe(provider),
    },
    components: {
      schemas: SCHEMAS,
      securitySchemes: { client: { type: 'http', scheme: 'basic' }, admin: ADMIN_TOKEN },
    },
    externalDocs: {
      url: `${issuer}/.well-known/oauth-authorization-server`,
      description: `Metadata; ${paths.oauth2} is below it`,
    },
  }
}

/** How programs prove that they act for a member of staff. */
const ADMIN_TOKEN: Schema = {
  type: 'http',
  scheme: 'bearer',
  description: 'An access token of a member of staff, with the scope admin',
}

function protocolPaths({ grantTypes, paths }: Pick<Provider, 'paths' | 'grantTypes'>): Schema {
  const security = [{ client: [] }, {}]
  const token = {
    post: {
      summary: 'Token endpoint (RFC 6749 3.2)',
      security,
      requestBody: form(
        {
          ...CLIENT,
          grant_type: Object.keys(grantTypes).join(', '),
          scope: 'Names separated by spaces',
          ...Object.fromEntries(
            Object.values(grantTypes).flatMap((grant) =>
              grant.parameters.map((name) => [name, `Needed by its grant type`]),
            ),
          ),
          code_verifier: 'RFC 7636 4.5',
          redirect_uri: 'RFC 6749 4.1.3',
        },
        ['grant_type'],
      ),
      responses: {
        200: json('Tokens (RFC 6749 5.1)', 'TokenResponse'),
        400: error,
        401: error,
        405: error,
        429: throttled,
        503: error,
      },
    },
  }
  const tokenForm = { ...CLIENT, token: 'The token', token_type_hint: 'access_token or refresh_token' }
  return {
    [`${paths.oauth2}/authorize`]: {
      get: {
        summary: 'Authorization endpoint (RFC 6749 3.1)',
        parameters: parameters(AUTHORIZATION_PARAMETERS),
        responses: { 303: seeOther, 400: page('Unknown client or redirect URI') },
      },
      post: {
        summary: 'The same by a form',
        requestBody: form(AUTHORIZATION_PARAMETERS, ['client_id']),
        responses: { 303: seeOther, 400: page('Unknown client or redirect URI') },
      },
    },
    [`${paths.oauth2}/authorize/confirm`]: {
      get: {
        summary: 'Consent page',
        parameters: parameters(REQUEST_ID),
        responses: { 200: page('The question'), 303: seeOther, 400: page('Nothing was asked') },
      },
      post: {
        summary: 'The answer',
        requestBody: form({
          ...ANTI_FORGERY,
          ...REQUEST_ID,
          authorize: 'Authorize; anything else denies',
          scope: 'Once for each box that is ticked',
        }),
        responses: { 303: seeOther, 400: page('Nothing was asked'), 403: page('Not from our page') },
      },
    },
    [`${paths.oauth2}/token`]: token,
    [`${paths.oauth2}/access_token`]: token,
    [`${paths.oauth2}/revoke`]: {
      post: {
        summary: 'Revocation (RFC 7009)',
        security,
        requestBody: form(tokenForm, ['token']),
        responses: {
          200: { description: 'The token is not, or no longer, alive' },
          400: error,
          401: error,
          405: error,
        },
      },
    },
    [`${paths.oauth2}/introspect`]: {
      post: {
        summary: 'Introspection (RFC 7662), for confidential clients',
        security,
        requestBody: form(tokenForm, ['token']),
        responses: {
          200: json('What the token is', 'IntrospectionResponse'),
          400: error,
          401: error,
          405: error,
        },
      },
    },
  }
}

const asks = (summary: string): Schema => ({ summary, responses: { 200: page('The page'), 303: seeOther } })
const posts = (summary: string, fields: Readonly<Record<string, string>>): Schema => ({
  summary,
  requestBody: form({ ...ANTI_FORGERY, ...fields }),
  responses: {
    303: seeOther,
    400: page('What was wrong'),
    403: page('Not from our page'),
    429: page('Too many attempts'),
  },
})

function pagePaths({ paths, settings }: Pick<Provider, 'paths' | 'settings'>): Schema {
  const credentials = { username: 'Compared without case', password: 'Up to 1,024 bytes' }
  return {
    [paths.login]: { get: asks('Sign-in page'), post: posts('Signs in', { ...credentials, ...REQUEST_ID }) },
    [paths.logout]: { get: asks('Asks whether to sign out'), post: posts('Signs out', REQUEST_ID) },
    [paths.account]: {
      get: asks("The user's own page"),
      post: posts('Changes something', {
        intent: 'revoke-application, end-session, end-other-sessions or change-password',
      }),
    },
    ...(settings.allowSignup && {
      [paths.signUp]: {
        get: asks('Sign-up page'),
        post: posts('Signs up', {
          ...credentials,
          email: 'Optional',
          repeated_password: 'The password again',
          ...REQUEST_ID,
        }),
      },
    }),
  }
}

const document = (summary: string): Schema => ({
  get: {
    summary,
    responses: { 200: { description: 'The document', content: { 'application/json': {} } } },
  },
})

function documentPaths({ settings }: Pick<Provider, 'settings'>): Schema {
  return {
    '/.well-known/oauth-authorization-server': document('Authorization server metadata (RFC 8414)'),
    '/.well-known/oauth-protected-resource': document('Protected resource metadata (RFC 9728)'),
    '/.well-known/change-password': {
      get: {
        summary: 'Where a password is changed',
        responses: { 302: { description: 'At the account page' } },
      },
    },
    ...(settings.securityContact.length > 0 && {
      '/.well-known/security.txt': {
        get: {
          summary: 'Where to report a weakness (RFC 9116), with OAUTH_SECURITY_CONTACT',
          responses: { 200: { description: 'The text', content: { 'text/plain': {} } } },
        },
      },
    }),
    '/': { get: { summary: 'Front page', responses: { 200: page('The page') } } },
    '/favicon.ico': {
      get: {
        summary: 'The icon of the site',
        responses: { 200: { description: 'It', content: { 'image/x-icon': {} } } },
      },
    },
    '/openapi.json': document('This document'),
    '/healthz': {
      get: {
        summary: 'Whether D1 and KV answer',
        responses: { 200: { description: 'Both do' }, 503: { description: 'Names the one that does not' } },
      },
    },
  }
}

const SCHEMAS = {
  TokenResponse: {
    type: 'object',
    required: ['access_token', 'token_type', 'expires_in', 'scope'],
    properties: {
      access_token: { type: 'string' },
      token_type: { const: 'Bearer' },
      expires_in: { type: 'integer', description: 'Seconds' },
      scope: { type: 'string', description: 'Names separated by spaces, sorted' },
      refresh_token: { type: 'string' },
    },
  },
  IntrospectionResponse: {
    type: 'object',
    required: ['active'],
    properties: {
      active: { type: 'boolean' },
      client_id: { type: 'string' },
      scope: { type: 'string' },
      exp: { type: 'integer' },
      iat: { type: 'integer' },
      iss: { type: 'string' },
      token_type: { const: 'Bearer' },
      sub: { type: 'string' },
      username: { type: 'string' },
    },
  },
  Error: {
    type: 'object',
    required: ['error'],
    properties: { error: { type: 'string' }, error_description: { type: 'string' } },
  },
}
