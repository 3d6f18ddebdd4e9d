import { FetchError, type FetchRules, reach } from './fetch-json.ts'

/**
 * Posts a form to an address that a stranger named. The same guard holds as for what is fetched; what the answer says is not read.
 * @throws {FetchError} the address may not be asked, could not be reached in time, or did not answer that it has taken the form
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
