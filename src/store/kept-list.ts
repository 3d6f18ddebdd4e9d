import type { Provider } from '../concepts.ts'

/** Seconds for which an isolate uses a list that it has read; after that it reads it again in the background. */
const FRESH = 60
/** Seconds after which an isolate no longer uses a list without reading it again. */
const STALE = 300

/** What reading a list needs. */
export type ListReader = Pick<
  Provider,
  'bindings' | 'defer' | 'featureSettings' | 'issuer' | 'request' | 'settings'
>

/** A list, and when it was read. */
export interface ReadList<T> {
  /** Seconds since 1970. */
  readonly at: number
  readonly rows: readonly T[]
}

/** A short list of the storage, in an isolate's memory. */
export interface KeptList<T> {
  /** Returns the list in memory unless it is stale; one that is no longer fresh is read again in the background. */
  readonly current: (reader: ListReader) => Promise<ReadList<T>>
  /** Reads it now. */
  readonly read: (reader: ListReader) => Promise<ReadList<T>>
  /** Forgets the list, as it has been changed here. */
  readonly forget: (settings: object) => void
}

/** Keeps a list for each environment, so that hardly any request waits for it. */
export function keepList<T>(list: (reader: ListReader) => Promise<readonly T[]>): KeptList<T> {
  const kept = new WeakMap<object, ReadList<T>>()
  async function read(reader: ListReader): Promise<ReadList<T>> {
    const found = { at: reader.request.now, rows: await list(reader) }
    kept.set(reader.settings, found)
    return found
  }
  return {
    read,
    forget: (settings) => kept.delete(settings),
    async current(reader) {
      const known = kept.get(reader.settings)
      const age = known ? reader.request.now - known.at : Infinity
      if (!known || age >= STALE) return read(reader)
      if (age < FRESH) return known
      // One request reads for all others in the meantime.
      kept.set(reader.settings, { ...known, at: reader.request.now })
      reader.defer(read(reader))
      return known
    },
  }
}
