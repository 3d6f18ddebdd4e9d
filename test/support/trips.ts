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

/** Makes counting bindings. */
export function countTrips(): Trips {
  const counts = { d1: 0, kv: 0, depth: 0 }
  let open = 0
  const counting = <T extends (...args: never[]) => Promise<unknown>>(binding: 'd1' | 'kv', call: T): T => {
    const counted = async (...args: never[]): Promise<unknown> => {
      counts[binding]++
      if (open++ === 0) counts.depth++
      return call(...args).finally(() => open--)
    }
    return counted as T
  }
  const wrap = <T extends object>(target: T, binding: 'd1' | 'kv', names: readonly string[]): T =>
    new Proxy(target, {
      get(object, name) {
        const member: unknown = Reflect.get(object, name)
        if (typeof member !== 'function') return member
        const bound = member.bind(object) as (...args: never[]) => Promise<unknown>
        return names.includes(String(name)) ? counting(binding, bound) : bound
      },
    })
  return {
    vars: {
      // Statements that are run one by one would not be seen: nothing but `batch` may run any.
      DB: wrap(env.DB, 'd1', ['batch', 'exec', 'dump']),
      KV: wrap(env.KV, 'kv', ['get', 'put', 'delete', 'list', 'getWithMetadata']),
    },
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
