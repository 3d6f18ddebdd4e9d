import { env } from 'cloudflare:workers'

/** Counts what a request costs: calls of D1 and KV, and how many of them had to wait for each other. */
export interface Trips {
  /** Bindings that count; give them to the Worker as variables. */
  readonly vars: { readonly DB: D1Database; readonly KV: KVNamespace }
  readonly d1: number
  readonly kv: number
  /** Serial trips: calls that were under way together count once. */
  readonly depth: number
}

/** What a binding does beside answering: count, fail, lose its reply. */
export type Around = (
  call: () => Promise<unknown>,
  binding: 'd1' | 'kv',
  /** The first statement of a batch; empty where it is not known. */
  statement: string,
  /** The name of the call. */
  method: string,
) => Promise<unknown>

const D1_CALLS = ['batch', 'dump', 'exec']
/** Statements that are run one by one cost a trip each. */
const STATEMENT_CALLS = ['all', 'first', 'raw', 'run']
const KV_CALLS = ['delete', 'get', 'getWithMetadata', 'list', 'put']

/** The bindings, with something around every call that goes to the storage. */
export function bindingsWith(around: Around): Trips['vars'] {
  const texts = new WeakMap<object, string>()
  const wrap = <T extends object>(target: T, binding: 'd1' | 'kv', names: readonly string[], text = ''): T =>
    new Proxy(target, {
      get(object, name) {
        const member: unknown = Reflect.get(object, name)
        if (typeof member !== 'function') return member
        const call = member.bind(object) as (...args: unknown[]) => unknown
        if (typeof name === 'string' && names.includes(name))
          return async (...args: unknown[]) =>
            around(async () => call(...args.map(unwrapped)), binding, textOf(args), name)
        return (...args: unknown[]) =>
          wrapStatement(call(...args), binding, name === 'prepare' ? String(args[0]) : text)
      },
    })
  const originals = new WeakMap<object, object>()
  const textOf = ([statements]: readonly unknown[]): string => {
    const first: unknown = Array.isArray(statements) ? statements[0] : undefined
    return typeof first === 'object' && first !== null ? (texts.get(first) ?? '') : ''
  }
  const wrapStatement = (value: unknown, binding: 'd1' | 'kv', text: string): unknown => {
    if (typeof value !== 'object' || value === null) return value
    const proxy = wrap(value, binding, STATEMENT_CALLS, text)
    originals.set(proxy, value)
    texts.set(proxy, text)
    return proxy
  }
  // D1's batch takes only statements of its own making.
  const unwrapped = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(unwrapped)
      : typeof value === 'object' && value !== null
        ? (originals.get(value) ?? value)
        : value
  return { DB: wrap(env.DB, 'd1', D1_CALLS), KV: wrap(env.KV, 'kv', KV_CALLS) }
}

/** What notes a refusal, and what it first reads to explain it: the client and the scopes, as staff see them. */
const NOTED =
  /^(?:INSERT INTO (?:activity|audit_events [^]*VALUES)|SELECT c\.client_id AS [^]* AS updated_at FROM clients c WHERE c\.client_id = \?$|SELECT name FROM scopes WHERE name IN)/

/** What an isolate reads once and then keeps for minutes: the sign-in providers, whose buttons pages have. */
const KEPT = /^SELECT p\.id AS id, p\.kind AS kind/

/**
 * Makes counting bindings.
 * @param cold whether what an isolate reads once counts, too
 */
export function countTrips({ cold = false }: { readonly cold?: boolean } = {}): Trips {
  const counts = { d1: 0, depth: 0, kv: 0 }
  let open = 0
  const vars = bindingsWith(async (call, binding, statement) => {
    // What is noted of a refusal runs beside the answer, which does not wait for it.
    if (NOTED.test(statement) || (!cold && KEPT.test(statement))) return call()
    counts[binding]++
    if (open++ === 0) counts.depth++
    return call().finally(() => open--)
  })
  return {
    vars,
    get d1() {
      return counts.d1
    },
    get kv() {
      return counts.kv
    },
    get depth() {
      return counts.depth
    },
  }
}
