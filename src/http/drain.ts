/** Bytes: how long an unwanted body may be for us to read it to the end, if its length is announced; any other is cancelled. */
const MAX_DRAINED = 16 * 1024 * 1024

/**
 * Reads and discards the rest of a request's body, since a proxy that is still sending it loses an answer that comes before
 * the end (`wrangler dev` answers 500). A body that might never end is cancelled.
 * @param reader the reader of a body that has been read in part
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
    // The sender is gone and does not wait for the answer.
  }
}
