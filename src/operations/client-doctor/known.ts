import { KNOWN_CLIENTS, type KnownClient } from '../../clients/known-clients.ts'
import type { Grounds, Json, Prognosis } from './grounds.ts'

/** Returns step by step what each known client would do with the provider, and where it would stop. */
export function foresee(grounds: Pick<Grounds, 'addressProblem' | 'metadata'>): readonly Prognosis[] {
  return KNOWN_CLIENTS.map((client) => foreseeOne(client, grounds))
}

function foreseeOne(client: KnownClient, grounds: Pick<Grounds, 'addressProblem' | 'metadata'>): Prognosis {
  const steps: string[] = []
  const stops = [discover, identify, authenticate, stay].some((step) => {
    const { stop, text } = step(client, grounds)
    steps.push(text)
    return stop
  })
  return { client: client.name, works: !stops, steps }
}

interface Step {
  readonly stop: boolean
  readonly text: string
}

const goOn = (text: string): Step => ({ stop: false, text })
const stop = (text: string): Step => ({ stop: true, text })

function discover(_: KnownClient, { metadata }: Pick<Grounds, 'metadata'>): Step {
  return namesIn(metadata, 'code_challenge_methods_supported').includes('S256')
    ? goOn(`It finds ${String(metadata['issuer'])}, which supports PKCE with S256.`)
    : stop('It stops: the metadata does not announce PKCE with S256.')
}

/** Identifies a client by its document if possible, else by registration. */
function identify(
  client: KnownClient,
  { addressProblem, metadata }: Pick<Grounds, 'addressProblem' | 'metadata'>,
): Step {
  const why = client.document === null ? 'It has no document' : whyNoDocument(client, metadata)
  const refused = client.document !== null && why === null ? addressProblem(client.document) : null
  if (refused !== null) return stop(`It stops at the authorization endpoint: its document ${refused}.`)
  if (why === null) return goOn(`It identifies itself by its document, ${client.document}.`)
  if (!client.registers) return stop(`It stops: ${lower(why)}, and it cannot register.`)
  return typeof metadata['registration_endpoint'] === 'string'
    ? goOn(`${why}, so it registers itself.`)
    : stop(`It stops: ${lower(why)}, and nobody may register. Set OAUTH_REGISTRATION to open.`)
}

function whyNoDocument({ wantsIss, wantsNone }: KnownClient, metadata: Json): string | null {
  if (metadata['client_id_metadata_document_supported'] !== true) {
    return 'The metadata does not announce that documents are accepted'
  }
  if (wantsNone && !methodsIn(metadata).includes('none')) {
    return 'It uses its document only if clients may do without a secret (none)'
  }
  if (wantsIss && metadata['authorization_response_iss_parameter_supported'] !== true) {
    return 'It uses its stable document only if answers name their issuer'
  }
  return null
}

function authenticate({ methods }: KnownClient, { metadata }: Pick<Grounds, 'metadata'>): Step {
  const method = methods.find((name) => methodsIn(metadata).includes(name))
  return method === undefined
    ? stop(`It stops at the token endpoint, which supports none of ${methods.join(', ')}.`)
    : goOn(`A person signs in and consents, and it authenticates with ${method}.`)
}

function stay(_: KnownClient, { metadata }: Pick<Grounds, 'metadata'>): Step {
  return namesIn(metadata, 'grant_types_supported').includes('refresh_token')
    ? goOn('It refreshes its tokens by itself.')
    : goOn('It sends its user to the browser again whenever a token expires: there are no refresh tokens.')
}

function methodsIn(metadata: Json): readonly string[] {
  return namesIn(metadata, 'token_endpoint_auth_methods_supported')
}

/** Returns a list of names in metadata; empty if it has none. */
export function namesIn(metadata: Json, member: string): readonly string[] {
  const value = metadata[member]
  return Array.isArray(value)
    ? value.filter((entry: unknown): entry is string => typeof entry === 'string')
    : []
}

function lower(sentence: string): string {
  return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`
}

/** Returns the known clients that use a redirect URI. */
export function usersOf(uri: string): readonly string[] {
  return KNOWN_CLIENTS.filter(({ redirectUris }) => redirectUris.some((pattern) => fits(uri, pattern))).map(
    ({ name }) => name,
  )
}

function fits(uri: string, pattern: string): boolean {
  const [before = '', after] = pattern.split('*')
  if (after === undefined) return uri === pattern
  // A port may be missing, together with its colon.
  const start = before.replace(/:$/, '')
  return uri.startsWith(start) && uri.endsWith(after) && uri.length >= start.length + after.length
}
