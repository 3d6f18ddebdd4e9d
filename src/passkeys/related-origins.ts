import type { Endpoint } from '../concepts.ts'
import { settingsOf } from '../settings/settings.ts'
import { relyingPartyOf } from './relying-party.ts'
import { PASSKEY_SETTINGS } from './settings.ts'

/** Answers with the other origins for this relying party's passkeys (WebAuthn Level 3 5.11). */
export const relatedOrigins: Endpoint = {
  at: 'root',
  path: '/.well-known/webauthn',
  method: 'GET',
  body: 'none',
  caller: 'nobody',
  cors: true,
  cache: 'public, max-age=300',
  summary: 'Origins at which the passkeys of this site work, too (WebAuthn Level 3 5.11.1)',
  response: { type: 'object', properties: { origins: { type: 'array', items: { type: 'string' } } } },
  available: ({ featureSettings }) =>
    settingsOf(PASSKEY_SETTINGS, { featureSettings }).passkeyOrigins.length > 0,
  answer: async (_request, provider) => ({ body: { origins: relyingPartyOf(provider).origins } }),
}
