import type { Provider } from '../concepts.ts'
import { form, page, query, type Schema, seeOther } from '../http/openapi-parts.ts'
import { parameterMeanings } from '../oauth/authorize/parameters.ts'

const REQUEST_ID = { request: 'Id of the captured request; defaults to the browser’s newest' }
const ANTI_FORGERY = { anti_forgery: 'From the page that shows the form' }

/** Describes the authorization endpoint and the consent page, for the OpenAPI document. */
export function describeAuthorization(provider: Provider): Schema {
  const { paths } = provider
  return {
    [`${paths.oauth2}/authorize`]: {
      get: {
        summary: 'Authorization endpoint (RFC 6749 3.1)',
        parameters: query(parameterMeanings(provider)),
        responses: { 303: seeOther, 400: page('Unknown client or redirect URI') },
      },
      post: {
        summary: 'The same by a form',
        requestBody: form(parameterMeanings(provider), ['client_id']),
        responses: { 303: seeOther, 400: page('Unknown client or redirect URI') },
      },
    },
    [`${paths.oauth2}/authorize/confirm`]: {
      get: {
        summary: 'Consent page',
        parameters: query(REQUEST_ID),
        responses: { 200: page('The question'), 303: seeOther, 400: page('Nothing was asked') },
      },
      post: {
        summary: 'The answer',
        requestBody: form({
          ...ANTI_FORGERY,
          ...REQUEST_ID,
          authorize: 'Authorize; anything else denies',
          scope: 'Once for each ticked box',
        }),
        responses: { 303: seeOther, 400: page('Nothing was asked'), 403: page('Not from our page') },
      },
    },
  }
}

const asks = (summary: string): Schema => ({ summary, responses: { 200: page('The page'), 303: seeOther } })
const posts = (summary: string, fields: Readonly<Record<string, string>>): Schema => ({
  summary,
  requestBody: form({ ...ANTI_FORGERY, ...fields }),
  responses: {
    303: seeOther,
    400: page('The problem'),
    403: page('Not from our page'),
    429: page('Too many attempts'),
  },
})

/** Describes the pages for users, for the OpenAPI document. */
export function describePages({ paths, settings }: Provider): Schema {
  const credentials = { username: 'Compared without case', password: 'Up to 1,024 bytes' }
  return {
    '/': { get: { summary: 'Front page', responses: { 200: page('The page') } } },
    '/language': {
      get: {
        summary: 'Chooses a language of the pages for this browser',
        parameters: query({ to: 'As en or de', back: 'A path to go back to' }),
        responses: { 303: seeOther },
      },
    },
    '/favicon.ico': {
      get: {
        summary: 'The icon of the site',
        responses: { 200: { description: 'It', content: { 'image/x-icon': {} } } },
      },
    },
    '/.well-known/change-password': {
      get: {
        summary: 'Where a password is changed',
        responses: { 302: { description: 'At the account page' } },
      },
    },
    [paths.login]: {
      get: asks('Sign-in page'),
      ...(settings.passwords && { post: posts('Signs in', { ...credentials, ...REQUEST_ID }) }),
    },
    [paths.logout]: { get: asks('Asks whether to sign out'), post: posts('Signs out', REQUEST_ID) },
    [paths.account]: {
      get: asks("The user's own page"),
      post: posts('Changes something', {
        intent: 'revoke-application, end-session, end-other-sessions or change-password',
      }),
    },
    [`${paths.account}/confirm`]: {
      get: asks('Asks who is there'),
      post: posts('The answer', { password: 'Or the field of a feature' }),
    },
    ...(settings.allowSignup && {
      [paths.signUp]: {
        get: asks('Sign-up page'),
        post: posts('Signs up', {
          ...credentials,
          email: 'Optional',
          repeated_password: 'The password again',
          ...REQUEST_ID,
        }),
      },
    }),
  }
}
