import type { ProviderEvent } from '../hooks.ts'
import type { AdminStore } from '../store/admin-store.ts'
import type { Refusal } from '../store/browse.ts'
import type { RequestMark } from '../store/records.ts'

/** Notes that one isolate writes in a window at most: who sends thousands of bad requests does not make us write them down. */
const MAX_NOTES = 30
/** Seconds. */
const WINDOW = 10

let windowStart = 0
let notes = 0

/**
 * Notes what was refused, for the people who run its client ("why was this refused?"). Meant to run after the answer.
 * @returns null where there is nothing to note, or enough was noted
 */
export function noteRefusal(
  event: ProviderEvent,
  store: Pick<AdminStore, 'noteRefusal' | 'countActivity'>,
  request: RequestMark,
): Promise<void> | null {
  const refusal = refusalOf(event)
  if ((!refusal && event.type !== 'sign_in_refused') || !mayNote(request.now)) return null
  return refusal ? store.noteRefusal(refusal, request) : store.countActivity('sign_in_refused', request.now)
}

function mayNote(now: number): boolean {
  if (now >= windowStart + WINDOW || now < windowStart) {
    windowStart = now
    notes = 0
  }
  return ++notes <= MAX_NOTES
}

/** Longest text of a note; what clients send may be much longer. */
const MAX_TEXT = 300

const ENDPOINTS = {
  token_refused: 'token',
  authorization_refused: 'authorize',
  revocation_refused: 'revoke',
  introspection_refused: 'introspect',
} as const

function refusalOf(event: ProviderEvent): Refusal | null {
  if (!('error' in event)) return null
  return {
    endpoint: ENDPOINTS[event.type],
    clientId: event.clientId,
    asked: askedOf(event)?.slice(0, 100) ?? null,
    error: event.error,
    rule: event.detail.slice(0, MAX_TEXT),
  }
}

function askedOf(event: ProviderEvent): string | null {
  if (event.type === 'token_refused') return event.grantType
  return event.type === 'authorization_refused' ? event.responseType : null
}
