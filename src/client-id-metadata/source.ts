import type { ClientSource, EndpointRequest, Provider } from '../concepts.ts'
import { OAuthError } from '../errors.ts'
import { networkBlock, throttleKey } from '../identity/throttle.ts'
import { FetchError, fetchDocument } from '../outbound/fetch-json.ts'
import { readAssertion } from '../private-key-jwt/assertion.ts'
import { shown, tooMany } from '../refusals.ts'
import type { ClientDocumentStore, DocumentLookup } from '../store/client-document-store.ts'
import { addressProblem, looksLikeAddress, takesDocuments } from './address.ts'
import { DocumentError, readDocument } from './document.ts'
import { lifetimeOf } from './freshness.ts'

/** The most bytes of a document, as its draft advises (draft-ietf-oauth-client-id-metadata-document 6.6). */
const MAX_BYTES = 5 * 1024
/** Seconds within which it must arrive completely. */
const TIMEOUT = 3
/** Seconds between two fetches of an address whose last valid copy is used while fetches fail. */
const RETRY_AFTER = 60
/** Seconds for which an expired copy is used if it cannot be fetched again. */
const MAX_STALE = 7 * 86_400
/** Seconds for which an isolate trusts what the storage last returned; it reads the client from there anyway. */
const REMEMBERED = 300
/** The most addresses that an isolate remembers. */
const MAX_REMEMBERED = 500
/** How many fetches one network may cause in a window, and its length in seconds. */
const FETCHES = 60
const WINDOW = 600

type StoreOf = (provider: Provider) => ClientDocumentStore

/** Until when an address needs no attention, by database; the oldest is forgotten first. */
const remembered = new WeakMap<object, Map<string, number>>()

/** Makes sure that the storage knows a client's document, if the client's id is the address of one. */
export function documentSource(storeOf: StoreOf): ClientSource {
  return {
    clientIds: /^https?:\/\//i,
    async prepare(clientId, provider, when) {
      if (!isMine(clientId, provider) || isRemembered(clientId, provider)) return
      const store = storeOf(provider)
      // A client that the settings refuse is refused at once at every endpoint.
      if (when === 'before' || addressProblem(clientId, provider) !== null) {
        await refresh(clientId, store, provider)
      } else {
        provider.defer(refresh(clientId, store, provider, true).catch(logUnlessRefused))
      }
    },
  }
}

/**
 * Reconsiders a request whose client failed to authenticate: its document may never have been fetched, or may have changed.
 * *
 * @returns true if the storage has learned something new about the client
 */
export function documentRecovery(storeOf: StoreOf) {
  return async (request: EndpointRequest, provider: Provider): Promise<boolean> => {
    const clientId = clientIdOf(request)
    if (clientId === null || !isMine(clientId, provider) || isRemembered(clientId, provider)) return false
    return refresh(clientId, storeOf(provider), provider)
  }
}

function clientIdOf({ params }: EndpointRequest): string | null {
  const assertion = params.get('client_assertion')
  if (assertion === undefined) return params.get('client_id') ?? null
  try {
    return readAssertion(assertion).clientId
  } catch {
    return null
  }
}

function isMine(clientId: string, provider: Provider): boolean {
  return looksLikeAddress(clientId, provider) && takesDocuments(provider)
}

function logUnlessRefused(error: unknown): void {
  if (!(error instanceof OAuthError)) console.error('the document of a client could not be checked:', error)
}

/**
 * Updates the client in the storage from its document.
 * @param onlyKnown whether to do nothing for an address that has
 * never been fetched
 * @returns true if it was fetched
 * @throws {OAuthError} invalid_client: there is no valid copy; temporarily_unavailable: too many addresses from one network
 */
async function refresh(
  clientId: string,
  store: ClientDocumentStore,
  provider: Provider,
  onlyKnown = false,
): Promise<boolean> {
  const { keys, request } = provider
  const lookup = await store.readDocument(
    {
      clientId,
      maxStale: MAX_STALE,
      retryAfter: RETRY_AFTER,
      throttleKey: await throttleKey(`client document:${networkBlock(request.network)}`, keys),
      window: WINDOW,
    },
    request,
  )
  if (lookup.isRegistered) return remember(clientId, request.now + REMEMBERED, provider)
  const problem = addressProblem(clientId, provider)
  if (problem !== null) throw refusal(clientId, problem)
  if (onlyKnown && lookup.document === null) return false
  const isUsable = serves(lookup, request.now)
  if (lookup.attempts === 0 && isUsable) {
    const fresh = lookup.document?.expiresAt ?? 0
    return remember(clientId, fresh > request.now ? fresh : request.now + RETRY_AFTER, provider)
  }
  if (lookup.attempts > FETCHES) {
    if (isUsable) return false
    throw tooMany('Too many client documents were requested. Try again later.', lookup.resetAt - request.now)
  }
  try {
    const expiresAt = await fetchAndSave(clientId, store, provider)
    remember(clientId, expiresAt, provider)
    return true
  } catch (error) {
    if (!(error instanceof FetchError) && !(error instanceof DocumentError)) throw error
    await store.noteProblem(clientId, error.message, request)
    if (!isUsable) throw refusal(clientId, error.message)
    return remember(clientId, request.now + RETRY_AFTER, provider)
  }
}

/** Returns whether there is a valid copy, fresh or not too old. */
function serves({ document }: DocumentLookup, now: number): boolean {
  return document !== null && document.fetchedAt !== null && document.expiresAt + MAX_STALE > now
}

async function fetchAndSave(
  clientId: string,
  store: ClientDocumentStore,
  provider: Provider,
): Promise<number> {
  const { request, settings } = provider
  const { headers, text } = await fetchDocument(clientId, {
    allowLoopback: settings.fetchLoopback,
    maxBytes: MAX_BYTES,
    timeout: TIMEOUT,
    types: [],
  })
  const read = await readDocument(parseObject(text), clientId, provider)
  const expiresAt = request.now + lifetimeOf(headers, request.now)
  await store.saveDocument({ clientId, text, expiresAt, ...read }, request)
  return expiresAt
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const json: unknown = JSON.parse(text)
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return { ...json }
  } catch {
    // It is refused like any other document that is not an object.
  }
  throw new FetchError('does not contain a JSON object')
}

function refusal(clientId: string, problem: string): OAuthError {
  return new OAuthError('invalid_client', 'The document that describes the client is unusable.', {
    reason: 'client_document',
    detail: `${shown(clientId, 200)} ${problem}.`,
  })
}

function isRemembered(clientId: string, { bindings, request }: Provider): boolean {
  const until = bindings.DB && remembered.get(bindings.DB)?.get(clientId)
  return until !== undefined && until > request.now
}

function remember(clientId: string, until: number, { bindings, request }: Provider): false {
  if (!bindings.DB) return false
  const known = remembered.get(bindings.DB) ?? new Map<string, number>()
  remembered.set(bindings.DB, known)
  known.delete(clientId)
  known.set(clientId, Math.min(until, request.now + REMEMBERED))
  const [oldest] = known.keys()
  if (known.size > MAX_REMEMBERED && oldest !== undefined) known.delete(oldest)
  return false
}
