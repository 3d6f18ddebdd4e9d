import type { EndpointAnswer, Provider } from '../concepts.ts'
import type { Settings } from '../settings/settings.ts'

/** What was written, by the settings that it follows from; each isolate has few, and the issuer is one unless none is set. */
const written = new WeakMap<Settings, Map<string, string>>()
/** Documents that are kept for one environment: more hosts than these write theirs anew. */
const MAX_WRITTEN = 100

/**
 * A document as JSON, written once for each isolate and issuer.
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
