import type { EndpointRequest, Provider } from '../concepts.ts'
import type { Endpoint } from '../concepts.ts'
import { asObject } from '../crypto/json.ts'
import { unprovenClient } from '../refusals.ts'
import type { Client, LiveToken, User } from '../store/records.ts'
import { audienceOf } from '../tokens/audience.ts'
import { amrOf, authTimeOf, reachedLevels } from '../tokens/authentication-level.ts'
import { jktOf, tokenTypeOf } from '../tokens/binding.ts'
import { readTokenReference } from '../tokens/reference.ts'
import { subjectAs } from '../tokens/subject.ts'
import { identifyClient } from './client-auth.ts'
import { missingToken, TOKEN_FORM } from './revocation.ts'

/** An introspection response (RFC 7662 2.2). */
export type IntrospectionResponse =
  | { readonly active: false }
  | {
      readonly active: true
      readonly client_id: string
      readonly scope: string
      readonly exp: number
      readonly iat: number
      readonly iss: string
      readonly token_type?: 'Bearer' | 'DPoP'
      readonly cnf?: { readonly jkt: string }
      readonly sub?: string
      readonly username?: string
      readonly aud?: string | readonly string[]
      readonly act?: Readonly<Record<string, unknown>>
      readonly auth_time?: number
      readonly acr?: string
    }

/** Describes tokens to confidential clients (RFC 7662): any access token, and their own refresh tokens. */
export const introspectionEndpoint: Endpoint = {
  at: 'oauth2',
  path: '/introspect',
  method: 'POST',
  body: 'form',
  caller: 'confidential client',
  cors: false,
  metadata: 'introspection_endpoint',
  summary: 'Introspection (RFC 7662), for confidential clients',
  parameters: TOKEN_FORM,
  required: ['token'],
  response: {
    type: 'object',
    required: ['active'],
    properties: {
      active: { type: 'boolean' },
      client_id: { type: 'string' },
      scope: { type: 'string' },
      exp: { type: 'integer' },
      iat: { type: 'integer' },
      iss: { type: 'string' },
      token_type: { enum: ['Bearer', 'DPoP'] },
      cnf: { type: 'object', description: 'The key that it is bound to (RFC 9449 6.2)' },
      sub: { type: 'string' },
      username: { type: 'string' },
      aud: { type: ['string', 'array'], items: { type: 'string' } },
      act: { type: 'object' },
      auth_time: { type: 'integer', description: 'When the user signed in (RFC 9470 6.2)' },
      acr: { type: 'string', description: 'The level of that sign-in' },
    },
  },
  refusal: (refused) => ({ type: 'introspection_refused', ...refused }),
  answer: async (request, provider) => ({ body: await introspect(request, provider) }),
}

async function introspect(request: EndpointRequest, provider: Provider): Promise<IntrospectionResponse> {
  const proof = await identifyClient(request, provider)
  const token = request.params.get('token')
  const reference = token === undefined ? null : await readTokenReference(token, provider)
  const { now } = provider.request
  const read = reference
    ? await provider.store.readTokenAs(proof, reference, now)
    : { client: await provider.store.readClient(proof, now), token: null }
  if (read.client?.type !== 'confidential') throw unprovenClient(proof)
  if (token === undefined) throw missingToken()
  return read.token ? describe(read.token, read.client, provider) : { active: false }
}

/** Describes a token to a client, with the identifier by which that client knows the user (RFC 7662 5). */
async function describe(
  token: LiveToken,
  asking: Client,
  provider: Provider,
): Promise<IntrospectionResponse> {
  const jkt = jktOf(token.details)
  const act = asObject(token.details?.['act'])
  return {
    active: true,
    client_id: token.clientId,
    scope: token.scope,
    exp: token.expiresAt,
    iat: token.createdAt,
    iss: provider.issuer,
    ...(token.kind === 'access' && { token_type: tokenTypeOf(token.details) }),
    ...(jkt !== null && { cnf: { jkt } }),
    ...(token.user && (await namesOf(token.user, asking, provider))),
    ...audienceMember(await audienceOf(token.resource, provider)),
    ...(token.user && signInOf(token)),
    // The party that acts for the user (RFC 8693 4.1).
    ...(act && { act }),
  }
}

/** A name that is the same for every client would defeat pairwise subjects. */
async function namesOf(
  { id, username }: User,
  asking: Client,
  provider: Provider,
): Promise<{ readonly sub: string; readonly username?: string }> {
  const sub = await subjectAs(id, asking, provider)
  return { sub, ...(sub === id && { username }) }
}

/** Returns when and how the user signed in (RFC 9470 6.2); nothing if that is not known, as with an assertion. */
function signInOf(token: LiveToken): { readonly auth_time?: number; readonly acr?: string } {
  const authTime = authTimeOf(token)
  const [acr] = reachedLevels(amrOf(token.details))
  return authTime ? { auth_time: authTime, ...(acr !== undefined && { acr }) } : {}
}

/** Returns the resources that a token is for; nothing if it names none (RFC 7662 2.2). */
function audienceMember([first, ...others]: readonly string[]): {
  readonly aud?: string | readonly string[]
} {
  if (first === undefined) return {}
  return { aud: others.length === 0 ? first : [first, ...others] }
}
