import { FetchError, type FetchRules, parseObject, reach, readText } from './fetch-json.ts'

/**
 * Posts a form to an address that a stranger named. The same guard applies as for fetching; the body of the answer is not
 * read.
 * @throws {FetchError} the address is not allowed, could not be reached in time, or did not accept the form
 */
export async function postForm(
  url: string,
  fields: Readonly<Record<string, string>>,
  rules: Pick<FetchRules, 'allowLoopback' | 'timeout'>,
): Promise<void> {
  const init = { method: 'POST', body: new URLSearchParams(fields) }
  await reach(url, init, rules, async ({ body, ok, status }) => {
    await body?.cancel()
    if (!ok) throw new FetchError(`answers with status ${status}`)
  })
}

/**
 * Posts a form to a service, and reads the JSON object of its answer, with any status except a server error.
 * @throws
 * {FetchError} like `postForm`, or there is no such object
 */
export async function postForJson(
  url: string,
  fields: Readonly<Record<string, string>>,
  { maxBytes, timeout }: Pick<FetchRules, 'maxBytes' | 'timeout'>,
): Promise<Readonly<Record<string, unknown>>> {
  const init = { method: 'POST', body: new URLSearchParams(fields) }
  return reach(url, init, { allowLoopback: false, timeout }, async (response) => {
    if (response.status >= 500) {
      await response.body?.cancel()
      throw new FetchError(`answers with status ${response.status}`)
    }
    const json = parseObject(await readText(response, maxBytes))
    if (!json) throw new FetchError('does not answer with a JSON object')
    return json
  })
}
