import { addressProblem, takesDocuments } from '../client-id-metadata/address.ts'
import { checkDocument } from '../client-id-metadata/document.ts'
import { CLIENT_ID_METADATA_SETTINGS } from '../client-id-metadata/settings.ts'
import { redirectUriProblem } from '../clients/redirect-uri.ts'
import type { Provider } from '../concepts.ts'
import type { Grounds, Json } from '../operations/client-doctor/grounds.ts'
import { namesIn } from '../operations/client-doctor/known.ts'
import { FetchError, fetchJson, type FetchRules, reach } from '../outbound/fetch-json.ts'
import { shown } from '../refusals.ts'
import { issuerMetadataUrl } from '../well-known.ts'

/** Settings that the doctor uses. */
export const DOCTOR_SETTINGS = CLIENT_ID_METADATA_SETTINGS

/** The most bytes to fetch. */
const MAX_BYTES = 64 * 1024
/** Seconds for each address. */
const TIMEOUT = 3

/** The first message of an MCP client. */
const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'client doctor', version: '1' },
  },
}

/** What determines the grounds, besides the metadata. */
export interface GroundRules {
  readonly provider: Pick<Provider, 'featureSettings'> & {
    readonly settings: Pick<Provider['settings'], 'allowHttpRedirects' | 'fetchLoopback'>
  }
  readonly store: Grounds['store']
  readonly now: number
}

/**
 * Returns the grounds of a provider: its metadata, and the fetches that the guard allows.
 * @param metadata its authorization server metadata
 */
export function groundsOf(metadata: Json, { now, provider, store }: GroundRules): Grounds {
  const { allowHttpRedirects: httpHosts, fetchLoopback: allowLoopback } = provider.settings
  const rules: FetchRules = { allowLoopback, maxBytes: MAX_BYTES, timeout: TIMEOUT, types: [] }
  return {
    metadata,
    store,
    now,
    fetchJson: async (address) => (await fetchJson(address, rules)).json,
    probe: async (address) => {
      const headers = { Accept: 'application/json, text/event-stream', 'Content-Type': 'application/json' }
      const init = { method: 'POST', headers, body: JSON.stringify(INITIALIZE) }
      return reach(address, init, rules, async (response) => {
        await response.body?.cancel()
        return { status: response.status, challenge: response.headers.get('WWW-Authenticate') }
      })
    },
    addressProblem: (address) =>
      metadata['client_id_metadata_document_supported'] === true || takesDocuments(provider)
        ? addressProblem(address, provider)
        : 'describes no client here: documents are not accepted',
    checkDocument: (json, address) =>
      checkDocument(json, address, {
        methods: namesIn(metadata, 'token_endpoint_auth_methods_supported'),
        grantTypes: namesIn(metadata, 'grant_types_supported'),
        httpHosts,
      }).notes,
    redirectProblem: (uri) => redirectUriProblem(uri, { httpHosts }),
  }
}

/**
 * Returns the grounds of a provider that runs elsewhere; the command line fetches its metadata, as clients do.
 * @param issuer the provider
 * @throws {FetchError} it does not answer
 */
export async function groundsFrom(
  issuer: string,
  {
    now,
    provider,
    store,
  }: Pick<GroundRules, 'now' | 'store'> & {
    readonly provider: Pick<Provider, 'featureSettings'> & {
      readonly settings: Pick<Provider['settings'], 'allowHttpRedirects'>
    }
  },
): Promise<Grounds> {
  const address = issuerMetadataUrl(issuer)
  // On an operator's own machine, loopback addresses are safe.
  const settings = { ...provider.settings, fetchLoopback: true }
  const rules: FetchRules = { allowLoopback: true, maxBytes: MAX_BYTES, timeout: TIMEOUT, types: [] }
  const { json } = await fetchJson(address, rules)
  if (json['issuer'] !== issuer.replace(/\/$/, '')) {
    throw new FetchError(`describes another issuer, ${shown(String(json['issuer']))}`)
  }
  return groundsOf(json, { now, store, provider: { featureSettings: provider.featureSettings, settings } })
}
