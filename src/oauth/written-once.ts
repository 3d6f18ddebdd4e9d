import type { EndpointAnswer, Provider } from '../concepts.ts'
import type { Settings } from '../settings/settings.ts'

/** The documents, by the settings that they depend on; an isolate has few of these, and one issuer if it is set. */
const written = new WeakMap<Settings, Map<string, string>>()
/** The most documents kept for one environment; those of further hosts are rendered again each time. */
const MAX_WRITTEN = 100

/**
 * Returns a document as JSON, rendered once for each isolate and issuer.
 * @param name unique among the documents of a provider
 */
export function writtenOnce(
  name: string,
  provider: Provider,
  describe: (provider: Provider) => object,
): EndpointAnswer {
  const known = written.get(provider.settings) ?? new Map<string, string>()
  written.set(provider.settings, known)
  const key = `${name} ${provider.issuer}`
  const text = known.get(key) ?? JSON.stringify(describe(provider))
  if (known.size < MAX_WRITTEN) known.set(key, text)
  return { body: text, headers: { 'Content-Type': 'application/json' } }
}
