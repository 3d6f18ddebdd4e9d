/** Bytes: what is read of a body that nobody wants, if its length is announced; everything else is cancelled. */
const MAX_DRAINED = 16 * 1024 * 1024

/**
 * Reads what is left of a request's body and forgets it, since proxies that still send it lose an answer that comes before its
 * end (`wrangler dev` says 500). A body that might go on and on is cancelled.
 * @param reader of a body that was begun
 */
export async function drain(
  { body, bodyUsed, headers }: Request,
  reader?: ReadableStreamDefaultReader<unknown>,
): Promise<void> {
  const rest: ReadableStreamDefaultReader<unknown> | undefined =
    reader ?? (bodyUsed ? undefined : body?.getReader())
  if (!rest) return
  try {
    if (Number(headers.get('Content-Length') ?? Infinity) > MAX_DRAINED) await rest.cancel()
    else while (!(await rest.read()).done);
  } catch {
    // The sender has gone: nobody waits for the answer.
  }
}
