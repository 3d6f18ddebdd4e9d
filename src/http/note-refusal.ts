import type {
  PasswordRefusal,
  Provider,
  ProviderBindings,
  ProviderEvent,
  RefusedRequest,
} from '../concepts.ts'
import { networkBlock, THROTTLE_WINDOW } from '../identity/throttle.ts'
import type { Refusal } from '../store/browse.ts'
import type { RequestMark } from '../store/records.ts'
import type { UpkeepStore } from '../store/upkeep-store.ts'
import { explainRefusal } from './explain-refusal.ts'

/**
 * The most notes of a kind that one isolate writes in a window, so that thousands of bad requests do not cause as many
 * writes. Each kind has its own limit, so that none hides another.
 */
const MAX_NOTES = 30
/** Seconds. */
const WINDOW = 10

/** What a waiting device is told (RFC 8628 3.5); nothing was refused. */
const WAITING: readonly string[] = ['authorization_pending', 'slow_down']

/** Notes that an isolate remembers having written. */
const MAX_ONCE = 1000

type Kind = 'refusal' | 'password' | 'count'

/** What an isolate remembers of its notes for one environment. */
interface Memory {
  windowStart: number
  notes: Record<Kind, number>
  readonly once: Set<string>
}

const memories = new WeakMap<ProviderBindings, Memory>()

/**
 * Writes a note of a refusal, for the people who run the client ("why was this refused?") and for staff. Call it after the
 * answer.
 * @returns null if there is nothing to note, or the limit is reached
 */
export function noteRefusal(
  event: ProviderEvent,
  store: UpkeepStore,
  provider: Provider,
): Promise<void> | null {
  const { bindings, request } = provider
  if ('error' in event && WAITING.includes(event.error)) return null
  const memory = memoryOf(bindings)
  if ('error' in event) return mayNote('refusal', memory, request.now) ? note(event, store, provider) : null
  if (event.type === 'password_refused') return notePassword(event, memory, store, request)
  if (event.type !== 'sign_in_refused' || !mayNote('count', memory, request.now)) return null
  return store.countActivity('sign_in_refused', request.now)
}

async function note(event: RefusedEvent, store: UpkeepStore, provider: Provider): Promise<void> {
  const rule = await explainRefusal(event, store, provider)
  await store.noteRefusal(refusalOf(event, rule), provider.request)
}

function notePassword(
  refusal: PasswordRefusal,
  memory: Memory,
  store: Pick<UpkeepStore, 'notePassword'>,
  request: RequestMark,
): Promise<void> | null {
  const once = onceOf(refusal, request)
  if (memory.once.has(once) || !mayNote('password', memory, request.now)) return null
  if (memory.once.size >= MAX_ONCE) memory.once.clear()
  memory.once.add(once)
  return store.notePassword(refusal, once, request)
}

/**
 * Returns the key of what is noted once in a window, however often it happens: a wrong password for each user and network, a
 * limit for each user or network, and all unknown names together, as anybody can make up any number of them.
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

function memoryOf(bindings: ProviderBindings): Memory {
  const found = memories.get(bindings) ?? { windowStart: 0, notes: noNotes(), once: new Set<string>() }
  memories.set(bindings, found)
  return found
}

function mayNote(kind: Kind, memory: Memory, now: number): boolean {
  if (now >= memory.windowStart + WINDOW || now < memory.windowStart) {
    memory.windowStart = now
    memory.notes = noNotes()
  }
  return ++memory.notes[kind] <= MAX_NOTES
}

const noNotes = (): Record<Kind, number> => ({ refusal: 0, password: 0, count: 0 })

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
