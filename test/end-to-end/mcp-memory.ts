import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js'
import type { OAuthClientInformationFull, OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js'
import type { Person } from './person.ts'

/** What an application that uses the SDK keeps, and what was seen of it. */
export interface Memory {
  readonly provider: OAuthClientProvider
  readonly seen: { registered?: OAuthClientInformationFull; readonly asked: URL[] }
  readonly tokens: () => OAuthTokens | undefined
  /** Makes the access token one that nobody issued, as if it had ended. */
  readonly breakAccessToken: () => void
  readonly forgetTokens: () => void
  /** Sends a person to the last address that the client opened. */
  readonly answerFrom: (person: Person) => Promise<URLSearchParams>
}

/** The redirect URI of the applications of these tests. */
export const CALLBACK = 'http://127.0.0.1:33418/callback'

/** What an application has beside the usual. */
export interface Application {
  /** The address of its document. */
  readonly metadataUrl?: string | undefined
  /** What it registers as it likes. */
  readonly metadata?: Partial<OAuthClientProvider['clientMetadata']>
  /** What it was told when it was registered by hand. */
  readonly information?: OAuthClientInformationFull
}

/** Makes the memory of an application that nobody knows yet. */
export function createMemory({ information: known, metadata, metadataUrl }: Application = {}): Memory {
  const seen: Memory['seen'] = { asked: [] }
  let tokens: OAuthTokens | undefined
  let information = known
  let verifier = ''
  const provider: OAuthClientProvider = {
    redirectUrl: CALLBACK,
    ...(metadataUrl !== undefined && { clientMetadataUrl: metadataUrl }),
    clientMetadata: {
      client_name: 'An application of the SDK',
      redirect_uris: [CALLBACK],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'none',
      ...metadata,
    },
    state: () => 'a state',
    clientInformation: () => information,
    saveClientInformation(given) {
      information = given as OAuthClientInformationFull
      seen.registered = information
    },
    tokens: () => tokens,
    saveTokens(given) {
      tokens = given
    },
    redirectToAuthorization(url) {
      seen.asked.push(url)
    },
    saveCodeVerifier(given) {
      verifier = given
    },
    codeVerifier: () => verifier,
    invalidateCredentials(scope) {
      if (scope === 'all' || scope === 'tokens') tokens = undefined
      if (scope === 'all' || scope === 'client') information = undefined
    },
  }
  return {
    provider,
    seen,
    tokens: () => tokens,
    breakAccessToken() {
      if (tokens) tokens = { ...tokens, access_token: 'at_ended' }
    },
    forgetTokens() {
      tokens = undefined
    },
    async answerFrom(person) {
      const asked = seen.asked.at(-1)
      if (!asked) throw new Error('The client has not opened the browser.')
      const { searchParams } = await person.authorize(asked)
      if (searchParams.has('code')) return searchParams
      throw new Error(`No code came back: ${searchParams.toString()}`)
    },
  }
}
