import type { Feature, Provider } from '../concepts.ts'
import { form, page, seeOther } from '../http/openapi-parts.ts'
import type { SecondFactorStore } from '../store/second-factor-store.ts'
import { storeOver } from '../store/store-over.ts'
import { demandOf, offersSecondFactor } from './context.ts'
import { addSecondFactorPages, secondFactorSection } from './manage.tsx'
import { SECOND_FACTOR_SETTINGS, type SecondFactorMode } from './settings.ts'
import { addSecondFactorSignIn, pendingSecondFactor } from './sign-in.tsx'
import { reachLevels } from './step-up.ts'

/** Options of the feature; its variables set the rest. */
export interface SecondFactorOptions {
  readonly secondFactor?: SecondFactorMode
  readonly rememberedBrowserDelta?: number
}

/**
 * A second factor besides the password as a feature: one-time codes of an app (RFC 6238), recovery codes, remembered browsers.
 * @param createStore the storage over a database
 */
export function secondFactorFeature(
  createStore: (db: D1Database) => SecondFactorStore,
  given: SecondFactorOptions,
): Feature {
  const storeOf = storeOver(createStore, 'second factors are stored there')
  return {
    name: 'second-factor',
    settings: { rows: SECOND_FACTOR_SETTINGS, given: { ...given } },
    secondFactors: [{ demand: demandOf, pending: async (c) => pendingSecondFactor(c, storeOf) }],
    interactions: [reachLevels(storeOf)],
    accountSections: [secondFactorSection],
    metadata: [acrValues],
    pages: [
      {
        at: 'root',
        // They are below the pages for sign-in and the account, whose requests already have a provider.
        below: () => [],
        addRoutes(app, paths) {
          addSecondFactorSignIn(app, paths, storeOf)
          addSecondFactorPages(app, paths, storeOf)
        },
        describe: describeSecondFactor,
      },
    ],
  }
}

/** The level of authentication that it reaches. */
function acrValues(provider: Provider): Readonly<Record<string, unknown>> {
  const said = offersSecondFactor(provider) && provider.features.includes('openid')
  return said ? { acr_values_supported: ['2'] } : {}
}

const asks = (summary: string): object => ({ summary, responses: { 200: page('The page'), 303: seeOther } })

function describeSecondFactor({ paths: { account, login } }: Provider): Readonly<Record<string, unknown>> {
  const fields = { anti_forgery: 'From the page that shows the form', code: 'Of the app, or a recovery code' }
  const posts = (summary: string): object => ({
    summary,
    requestBody: form({ ...fields, intent: 'set-up, renew, forget or turn-off' }),
    responses: { 303: seeOther, 400: page('The problem'), 403: page('Not from our page') },
  })
  return {
    [`${login}/second-factor`]: { get: asks('Asks for the second factor'), post: posts('The answer') },
    [`${login}/second-factor/set-up`]: {
      get: asks('Sets it up where it is demanded'),
      post: posts('The first code'),
    },
    [`${account}/second-factor`]: { get: asks("The user's second factor"), post: posts('Changes it') },
    [`${account}/second-factor/set-up`]: { get: asks('Sets it up'), post: posts('The first code') },
  }
}
