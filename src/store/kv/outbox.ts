import type { Outbox } from '../outbox.ts'

const PREFIX = 'mail:'
/** Seconds that a mail is kept. */
const LIFETIME = 86_400

/** The outbox of the local demo in KV. KV lists the keys of a prefix in order, which is that of their age. */
export function createOutbox(kv: KVNamespace): Outbox {
  return {
    async keep(id, sealed) {
      await kv.put(`${PREFIX}${id}`, sealed, { expirationTtl: LIFETIME })
    },
    async list(limit) {
      const { keys } = await kv.list({ prefix: PREFIX })
      const newest = keys.slice(-limit).toReversed()
      const kept = await Promise.all(
        newest.map(async ({ name }) => ({ id: name.slice(PREFIX.length), sealed: await kv.get(name) })),
      )
      return kept.flatMap(({ id, sealed }) => (sealed === null ? [] : [{ id, sealed }]))
    },
  }
}
