/** Bytes: what is read of a body that nobody wants before it is cancelled. */
const MAX_DRAINED = 16 * 1024 * 1024

/**
 * Reads what is left of a request's body and forgets it, since proxies that still send it lose an answer that comes before its
 * end (`wrangler dev` says 500). A body that goes on and on is cancelled.
 */
export async function drain(request: Request): Promise<void> {
  if (request.body === null || request.bodyUsed) return
  const body: ReadableStream<unknown> = request.body
  await forget(body.getReader())
}

/** The same for a body that was begun. */
export async function forget(reader: ReadableStreamDefaultReader<unknown>): Promise<void> {
  try {
    for (let length = 0; length <= MAX_DRAINED;) {
      const { done, value } = await reader.read()
      if (done) return
      if (value instanceof Uint8Array) length += value.byteLength
    }
    await reader.cancel()
  } catch {
    // The sender has gone: nobody waits for the answer.
  }
}
