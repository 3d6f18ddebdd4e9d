import { env } from 'cloudflare:workers'
import { type Answer, CONTROL } from './internet.ts'

/** A document, with some members changed; `undefined` takes one away. */
export type Members = Readonly<Record<string, unknown>>

let made = 0

/** An address that no other test has used. */
export function newAddress(host = 'app.example.org'): string {
  return `https://${host}/clients/${++made}-${Date.now()}.json`
}

/** The redirect URI of the documents of the tests. */
export const CALLBACK = 'https://app.example.org/callback'

/** A document as an application has it at its address. */
export function documentOf(address: string, changed: Members = {}): Members {
  return {
    client_id: address,
    client_name: 'An application',
    client_uri: 'https://app.example.org/',
    redirect_uris: [CALLBACK],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    ...changed,
  }
}

/** Puts up what an address answers. */
export async function putUp(
  address: string,
  answer: Partial<Answer> & { readonly json?: unknown },
): Promise<void> {
  const { json, ...rest } = answer
  const body: Answer = { body: JSON.stringify(json), ...rest }
  await fetch(address, { method: 'PUT', headers: { [CONTROL]: 'up' }, body: JSON.stringify(body) })
}

/** Takes an address down: it cannot be reached any more. */
export async function takeDown(address: string): Promise<void> {
  await fetch(address, { method: 'DELETE', headers: { [CONTROL]: 'down' } })
}

/** How often the provider has asked an address. */
export async function timesAsked(address: string): Promise<number> {
  return Number(await (await fetch(address, { headers: { [CONTROL]: 'count' } })).text())
}

/** Puts up a document at a new address. */
export async function givenDocument(
  changed: Members = {},
  headers: Record<string, string> = {},
): Promise<string> {
  const address = newAddress()
  await putUp(address, { json: documentOf(address, changed), headers })
  return address
}

/** What the storage holds of an address. */
export async function storedDocument(address: string): Promise<Readonly<Record<string, unknown>> | null> {
  return env.DB.prepare('SELECT * FROM client_documents WHERE client_id = ?').bind(address).first()
}
