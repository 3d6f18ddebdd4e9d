import type { Endpoint, Provider } from '../concepts.ts'
import { settingsOf } from '../settings/settings.ts'
import type { RegistrationStore } from '../store/registration-store.ts'
import { deleteRegistration, readRegistration, updateRegistration } from './manage.ts'
import { register } from './register.ts'
import { REGISTRATION_SETTINGS } from './settings.ts'

const RESPONSE = {
  type: 'object',
  required: ['client_id', 'registration_access_token', 'registration_client_uri'],
  properties: {
    client_id: { type: 'string' },
    client_id_issued_at: { type: 'integer' },
    client_secret: { type: 'string', description: 'Only once, if the client has one' },
    client_secret_expires_at: { type: 'integer', description: '0: it does not expire' },
    registration_access_token: { type: 'string' },
    registration_client_uri: { type: 'string' },
  },
}

/** Returns whether clients can register themselves, and later manage their registrations. */
function isOn(provider: Pick<Provider, 'featureSettings'>): boolean {
  return settingsOf(REGISTRATION_SETTINGS, provider).registration !== 'off'
}

/** The endpoints of RFC 7591 and RFC 7592. */
export function registrationEndpoints(
  storeOf: (provider: Pick<Provider, 'bindings'>) => RegistrationStore,
): readonly Endpoint[] {
  const management = {
    at: 'oauth2',
    path: '/register/:client_id',
    caller: 'bearer',
    cors: true,
    available: isOn,
  } as const
  return [
    {
      at: 'oauth2',
      path: '/register',
      method: 'POST',
      body: 'json',
      caller: 'nobody',
      cors: true,
      status: 201,
      metadata: 'registration_endpoint',
      available: isOn,
      summary: 'Registers a client (RFC 7591 3)',
      response: RESPONSE,
      answer: async (request, provider) => register(request, storeOf(provider), provider),
    },
    {
      ...management,
      method: 'GET',
      body: 'none',
      summary: 'Reads the registration of a client (RFC 7592 2.1)',
      response: RESPONSE,
      answer: async (request, provider) => readRegistration(request, storeOf(provider), provider),
    },
    {
      ...management,
      method: 'PUT',
      body: 'json',
      summary: 'Replaces the registration of a client (RFC 7592 2.2)',
      response: RESPONSE,
      answer: async (request, provider) => updateRegistration(request, storeOf(provider), provider),
    },
    {
      ...management,
      method: 'DELETE',
      body: 'none',
      status: 204,
      summary: 'Deletes a client (RFC 7592 2.3)',
      answer: async (request, provider) => deleteRegistration(request, storeOf(provider), provider),
    },
  ]
}
