import type { PasswordRefusal, Provider, ProviderEvent, RefusedRequest } from '../concepts.ts'
import { networkBlock, THROTTLE_WINDOW } from '../identity/throttle.ts'
import type { AdminStore } from '../store/admin-store.ts'
import type { Refusal } from '../store/browse.ts'
import type { RequestMark } from '../store/records.ts'
import { explainRefusal } from './explain-refusal.ts'

/**
 * Notes of a kind that one isolate writes in a window at most: who sends thousands of bad requests does not make us write them
 * down. Each kind has its own, so that none hides another.
 */
const MAX_NOTES = 30
/** Seconds. */
const WINDOW = 10

let windowStart = 0
let notes: Record<'refusal' | 'password' | 'count', number> = { refusal: 0, password: 0, count: 0 }

/** What one isolate remembers to have noted once. */
const MAX_ONCE = 1000
const notedOnce = new Set<string>()

/**
 * Notes what was refused, for the people who run its client ("why was this refused?") and for staff. Meant to run after the
 * answer.
 * @returns null if there is nothing to note, or enough was noted
 */
export function noteRefusal(
  event: ProviderEvent,
  store: AdminStore,
  provider: Provider,
): Promise<void> | null {
  const { request } = provider
  if ('error' in event) return mayNote('refusal', request.now) ? note(event, store, provider) : null
  if (event.type === 'password_refused') return notePassword(event, store, request)
  if (event.type !== 'sign_in_refused' || !mayNote('count', request.now)) return null
  return store.countActivity('sign_in_refused', request.now)
}

async function note(event: RefusedEvent, store: AdminStore, provider: Provider): Promise<void> {
  const rule = await explainRefusal(event, store, provider)
  await store.noteRefusal(refusalOf(event, rule), provider.request)
}

function notePassword(
  refusal: PasswordRefusal,
  store: Pick<AdminStore, 'notePassword'>,
  request: RequestMark,
): Promise<void> | null {
  const once = onceOf(refusal, request)
  if (notedOnce.has(once) || !mayNote('password', request.now)) return null
  if (notedOnce.size >= MAX_ONCE) notedOnce.clear()
  notedOnce.add(once)
  return store.notePassword(refusal, once, request)
}

/**
 * What is noted once in a window, however often it happens: a wrong password for each user and network, a limit for each user
 * or network, and unknown names together, as anybody can make up any number of them.
 */
function onceOf({ reason, userId }: PasswordRefusal, { network, now }: RequestMark): string {
  const window = Math.floor(now / THROTTLE_WINDOW).toString(36)
  const who = {
    wrong_password: `${userId ?? ''} ${networkBlock(network)}`,
    unknown_user: '',
    account_limit: userId ?? '',
    network_limit: networkBlock(network),
  }[reason]
  return `${window}-${reason}-${who}`
}

function mayNote(kind: keyof typeof notes, now: number): boolean {
  if (now >= windowStart + WINDOW || now < windowStart) {
    windowStart = now
    notes = { refusal: 0, password: 0, count: 0 }
  }
  return ++notes[kind] <= MAX_NOTES
}

/** Longest text of a note; what clients send may be much longer. */
const MAX_TEXT = 700

const ENDPOINTS = {
  token_refused: 'token',
  authorization_refused: 'authorize',
  revocation_refused: 'revoke',
  introspection_refused: 'introspect',
} as const

type RefusedEvent = Extract<ProviderEvent, RefusedRequest>

function refusalOf(event: RefusedEvent, rule: string): Refusal {
  return {
    endpoint: event.type === 'request_refused' ? event.endpoint.slice(1, 100) : ENDPOINTS[event.type],
    clientId: event.clientId,
    asked: askedOf(event)?.slice(0, 100) ?? null,
    error: event.error,
    rule: rule.slice(0, MAX_TEXT),
  }
}

function askedOf(event: RefusedEvent): string | null {
  if (event.type === 'token_refused') return event.grantType
  return event.type === 'authorization_refused' ? event.responseType : null
}
