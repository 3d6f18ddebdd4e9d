import { expect } from 'vitest'
import type { OAuthErrorCode } from '../../src/errors.ts'
import { PASSWORD, SECRET } from './fixture.ts'
import { type Answer, token } from './http.ts'

/** Whatever looks like a token of ours. */
export const TOKEN = /\b(?:at|rt|ac|se)_[\w-]{20,}/

/**
 * Checks a refusal as RFC 6749 5.2 words it: the code, one sentence in the characters that it allows, JSON that nobody
 * stores, no redirect, and nothing in it of what was sent.
 * @param answer what came back
 * @param error the code that must be in it
 * @param status the status that it must have
 */
export function expectRefusal(answer: Answer, error: OAuthErrorCode, status = 400): void {
  const { headers, ...body } = answer
  expect({ error: body.error, status: body.status }).toEqual({ error, status })
  expect(Object.keys(body).toSorted()).toEqual(['error', 'error_description', 'status'])
  expect(body.error_description).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/)
  expect(headers.get('Content-Type')).toBe('application/json')
  expect(headers.get('Cache-Control')).toBe('no-store')
  expect(headers.get('Pragma')).toBe('no-cache')
  expect(headers.get('Location')).toBeNull()
  expectNoSecret(JSON.stringify([body, ...headers]))
}

/** Checks that a text holds no token, secret or password of the tests, and no stack trace. */
export function expectNoSecret(text: string): void {
  expect(text).not.toMatch(TOKEN)
  expect(text).not.toContain(SECRET)
  expect(text).not.toContain(PASSWORD)
  expect(text).not.toMatch(/\bat .*\.[jt]s:\d+/)
}

/** Checks that the provider goes on: nothing that was refused did it any harm. */
export async function expectService(): Promise<void> {
  expect(await token({ client_id: 'service', grant_type: 'client_credentials' })).toMatchObject({
    status: 200,
  })
}
