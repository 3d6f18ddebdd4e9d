import type { Feature, Provider } from '../concepts.ts'
import { form, page, seeOther } from '../http/openapi-parts.ts'
import type { SignInProviderStore } from '../store/sign-in-provider-store.ts'
import { takeAnswer } from './answer.ts'
import { beginSignIn, providerOption } from './begin.tsx'
import { beginUrl } from './button.tsx'
import { connectionsUrl } from './connections-url.ts'
import { showIcon } from './icon.ts'
import { keepProviders, offersProviders } from './known-providers.ts'
import { changeConnections, connectionsSection, providerStepUp, showConnections } from './manage.tsx'
import { signInProviderRecords } from './records.ts'
import { SIGN_IN_PROVIDER_SETTINGS } from './settings.ts'

/** Options of the feature; its variable sets the rest. */
export interface SignInProviderOptions {
  readonly signInProviders?: boolean
}

/**
 * Sign-in with accounts elsewhere, as a feature: OpenID Connect issuers, and GitHub.
 * @param createStore the storage over a database
 */
export function signInProviderFeature(
  createStore: (db: D1Database) => SignInProviderStore,
  given: SignInProviderOptions,
): Feature {
  const known = keepProviders(createStore)
  return {
    name: 'sign-in-providers',
    settings: { rows: SIGN_IN_PROVIDER_SETTINGS, given: { ...given } },
    signInOptions: [providerOption(known)],
    stepUps: [providerStepUp(known)],
    accountSections: [connectionsSection(known)],
    adminResources: [signInProviderRecords(known)],
    pages: [
      {
        at: 'root',
        // They are below the pages for sign-in and the account, whose requests already have a provider.
        below: () => [],
        addRoutes(app, paths) {
          const begin = beginUrl(paths, ':id')
          for (const slash of ['', '/']) {
            app.post(`${begin}${slash}`, async (c) => beginSignIn(c, known))
            app.get(`${begin}/callback${slash}`, async (c) => takeAnswer(c, known))
            app.get(`${connectionsUrl(paths)}${slash}`, async (c) => showConnections(c, known))
            app.post(`${connectionsUrl(paths)}${slash}`, async (c) => changeConnections(c, known))
          }
          app.get(`${begin}/icon`, async (c) => showIcon(c, known))
        },
        describe,
      },
    ],
  }
}

function describe(provider: Provider): Readonly<Record<string, unknown>> {
  if (!offersProviders(provider)) return {}
  const begin = beginUrl(provider.paths, '{id}')
  const fields = { anti_forgery: 'From the page that shows the form' }
  const refusals = { 400: page('The problem'), 403: page('Not from our page'), 404: page('Not on offer') }
  const parameters = [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }]
  return {
    [begin]: {
      post: {
        parameters,
        summary: 'Sends the browser to a sign-in provider',
        requestBody: form({ ...fields, request: 'The pending captured request' }),
        responses: { 200: page('A page that continues by itself'), ...refusals },
      },
    },
    [`${begin}/callback`]: {
      get: {
        parameters,
        summary: 'Handles its answer (RFC 6749 4.1.2)',
        responses: { 303: seeOther, 400: page('The problem'), 404: page('Not on offer') },
      },
    },
    [`${begin}/icon`]: {
      get: {
        parameters,
        summary: 'Its picture',
        responses: { 200: { description: 'The picture' }, 404: page('There is none') },
      },
    },
    [connectionsUrl(provider.paths)]: {
      get: { summary: "The user's connected accounts", responses: { 200: page('The page'), 303: seeOther } },
      post: {
        summary: 'Connects one, disconnects it, or confirms who is there by one',
        requestBody: form({
          ...fields,
          intent: 'connect or disconnect',
          provider: 'Its id',
          subject: 'Of a connected one',
          confirm: 'Id of the provider by which the user confirms who is there, in place of all this',
        }),
        responses: { 200: page('A page that continues by itself'), 303: seeOther, ...refusals },
      },
    },
  }
}
