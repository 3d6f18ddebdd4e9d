import { assertionCases } from './store/assertions.ts'
import { bindingCases } from './store/bindings.ts'
import { clientCases } from './store/clients.ts'
import { codeCases, codeRefusalCases } from './store/codes.ts'
import { consentCases } from './store/consents.ts'
import { issuingCases, issuingRefusalCases } from './store/issuing.ts'
import { passwordCases } from './store/passwords.ts'
import { raceCases } from './store/races.ts'
import { refreshCases, refreshRefusalCases, refreshScopeCases } from './store/refresh.ts'
import { resourceCases } from './store/resources.ts'
import { revocationCases } from './store/revocation.ts'
import { scopeCases } from './store/scopes.ts'
import { sessionCases } from './store/sessions.ts'
import { singleTokenCases } from './store/single-token.ts'
import { throttleCases } from './store/throttle.ts'
import { type Cases, openWorld, type StoreUnderTest } from './store/world.ts'

export type { SeedClient, SeedUser, StoreSeed, StoreUnderTest } from './store/world.ts'

const GROUPS: Readonly<Record<string, Cases>> = {
  clients: clientCases,
  assertions: assertionCases,
  issuing: { ...issuingCases, ...issuingRefusalCases },
  scopes: scopeCases,
  bindings: bindingCases,
  codes: { ...codeCases, ...codeRefusalCases },
  refresh: { ...refreshCases, ...refreshScopeCases, ...refreshRefusalCases },
  resources: resourceCases,
  'single access token': singleTokenCases,
  revocation: revocationCases,
  passwords: passwordCases,
  throttle: throttleCases,
  sessions: sessionCases,
  consents: consentCases,
  races: raceCases,
}

/**
 * Tests the rules that every `Store` must follow, including races. It depends on no test runner and no database, and never
 * reads a clock, as it sets all times itself.
 *
 *     describe('my store', () => storeConformance(it, async () => ({ store: myStore(), seed: mySeed() })))
 *
 * @param test  declares a test, as `it` of most runners does; `run` rejects if the store fails it
 * @param open  returns a new, empty store for each test
 */
export function storeConformance(
  test: (name: string, run: () => Promise<void>) => void,
  open: () => Promise<StoreUnderTest>,
): void {
  for (const [group, cases] of Object.entries(GROUPS)) {
    for (const [name, run] of Object.entries(cases)) {
      test(`${group}: ${name}`, async () => run(await openWorld(open)))
    }
  }
}
