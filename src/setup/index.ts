import type { Feature } from '../concepts.ts'
import { form, page } from '../http/openapi-parts.ts'
import { settingsOf } from '../settings/settings.ts'
import type { SetupStore } from '../store/setup-store.ts'
import { storeOver } from '../store/store-over.ts'
import { addSetupRoutes, SETUP_PATH } from './routes.tsx'
import { SETUP_SETTINGS } from './settings.ts'

/** Options of the feature; its variable has the same meaning. */
export interface SetupOptions {
  /** At least 32 characters that nobody can guess. */
  readonly setupToken?: string
}

/**
 * The first run of a deployment, as a feature.
 * @param createStore the storage over a database
 */
export function setupFeature(createStore: (db: D1Database) => SetupStore, given: SetupOptions): Feature {
  const storeOf = storeOver(createStore, 'the first user is stored there')
  /** Environments that have a user, in which the storage is not asked again. */
  const done = new WeakSet<object>()
  return {
    name: 'setup',
    settings: { rows: SETUP_SETTINGS, given: { ...given } },
    detours: [
      async (c) => {
        const provider = c.get('provider')
        // Pages of a deployment without a token do not ask the storage.
        const { setupToken } = settingsOf(SETUP_SETTINGS, provider)
        if (setupToken === null || provider.hooks.users || done.has(provider.bindings)) return null
        if (await storeOf(provider).readWaiting()) return SETUP_PATH
        done.add(provider.bindings)
        return null
      },
    ],
    pages: [
      {
        at: 'root',
        below: () => [SETUP_PATH],
        addRoutes: (app) => addSetupRoutes(app, storeOf),
        describe: () => ({ [SETUP_PATH]: DESCRIPTION }),
      },
    ],
  }
}

const DESCRIPTION = {
  get: {
    summary: 'The first run of a deployment',
    responses: { 200: page('The form, or how to get a setup token'), 404: page('There is a user already') },
  },
  post: {
    summary: 'Creates the first member of staff and the first client',
    requestBody: form(
      {
        anti_forgery: 'From the page that shows the form',
        setup_token: 'SETUP_TOKEN',
        username: 'Of the new user',
        email: 'Optional',
        password: 'Of the new user',
        repeated_password: 'The password again',
        kind: 'web, app, service or none',
        name: 'Of the client',
        redirect_uri: 'Of the client',
      },
      ['anti_forgery', 'setup_token', 'username', 'password', 'repeated_password', 'kind'],
    ),
    responses: {
      200: page('What was made, with the secret of the client'),
      400: page('The problem'),
      404: page('There is a user already'),
      429: page('Too many attempts'),
    },
  },
}
