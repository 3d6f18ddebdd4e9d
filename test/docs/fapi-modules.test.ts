import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const docs = join(import.meta.dirname, '../../docs')

/** The modules of the plans that `private_key_jwt`, DPoP and pushed requests can meet, each by its name without that of its profile. */
const PLANS: Readonly<Record<string, string>> = {
  'fapi2-security-profile': `discovery-end-point-verification happy-flow user-rejects-authentication
    ensure-authorization-request-without-state-success ensure-authorization-request-without-nonce-success
    ensure-authorization-request-with-64-char-nonce-success ensure-authorization-request-with-long-nonce
    ensure-authorization-request-with-long-state ensure-other-scope-order-succeeds access-token-type-header-case-sensitivity
    test-claims-parameter-identity-claims check-dpop-proof-nbf-exp ensure-dpopproof-with-iat-10seconds-before-succeeds
    ensure-dpopproof-with-iat-10seconds-after-succeeds ensure-mismatched-dpop-jkt-fails
    ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt ensure-token-endpoint-fails-with-mismatched-dpop-jkt
    ensure-dpopproof-at-par-endpoint-binding-success ensure-dpop-auth-code-binding-success
    ensure-different-nonce-inside-and-outside-request-object ensure-different-state-inside-and-outside-request-object
    state-only-outside-request-object-not-used ensure-request-object-without-redirect-uri-fails
    ensure-redirect-uri-in-authorization-request ensure-registered-redirect-uri plain-fapi-tolerate-unregistered-redirect-uri
    ensure-unsigned-authorization-request-without-using-par-fails ensure-response-type-code-idtoken-fails
    ensure-response-type-token-fails ensure-client-id-in-token-endpoint ensure-authorization-code-is-bound-to-client
    ensure-holder-of-key-required attempt-reuse-authorization-code-after-one-second
    ensure-token-endpoint-fails-with-expired-auth-code ensure-signed-client-assertion-with-RS256-fails
    ensure-client-assertion-in-token-endpoint ensure-client-assertion-with-exp-is-5-minutes-in-past-fails
    ensure-client-assertion-with-wrong-aud-fails ensure-client-assertion-with-no-sub-fails dpop-negative-tests refresh-token
    par-ensure-reused-request-uri-prior-to-auth-completion-succeeds par-attempt-reuse-request_uri
    par-attempt-to-use-expired-request_uri par-attempt-to-use-request_uri-for-different-client
    par-authorization-request-containing-request_uri-form-param par-attempt-invalid-http-method
    par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted
    par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails par-test-array-as-audience-fails
    par-test-par-endpoint-url-as-audience-fails par-test-token-endpoint-url-as-audience-fails par-ensure-pkce-required
    par-plain-pkce-rejected ensure-pkce-code-verifier-required incorrect-pkce-code-verifier-rejected
    par-without-duplicate-parameters`,
  'fapi2-message-signing': `ensure-request-object-with-multiple-aud-succeeds
    ensure-request-object-with-nbf-8-seconds-in-the-future-is-accepted ensure-request-object-without-exp-fails
    ensure-request-object-without-nbf-fails ensure-expired-request-object-fails ensure-request-object-with-bad-aud-fails
    ensure-request-object-with-exp-over-60-fails ensure-request-object-with-nbf-over-60-fails
    ensure-signed-request-object-with-RS256-fails ensure-request-object-signature-algorithm-is-not-none
    ensure-request-object-with-invalid-signature-fails ensure-matching-key-in-authorization-request
    par-authorization-request-containing-request_uri`,
}

/** The rows of a plan's table in docs/fapi.md. */
function rowsOf(profile: string): readonly (readonly [module: string, path: string])[] {
  const text = readFileSync(join(docs, 'fapi.md'), 'utf8')
  const [, section = ''] = text.split(`### \`${profile}-final-test-plan\``)
  const [table = ''] = section.split('\n#')
  return [...table.matchAll(/^\| `([\w-]+)` +\| \[[\w-]+\]\((\S+)\)/gm)].map(([, name = '', path = '']) => [
    name,
    path,
  ])
}

/** The modules that the titles of a file name: the first of several in full, and each in full where it is a row of a table. */
function modulesIn(path: string, profile: string): ReadonlySet<string> {
  const source = readFileSync(join(docs, path), 'utf8')
  const titles = [...source.matchAll(new RegExp(String.raw`\(${profile}-final-([^)%]+)\)`, 'g'))]
  const rows = source.includes(`(${profile}-final-%s)`) ? [...source.matchAll(/\[\s*'([\w-]+)/g)] : []
  return new Set([...titles, ...rows].flatMap(([, names = '']) => names.split(', -')))
}

describe.each(Object.entries(PLANS))('the plan %s', (profile, modules) => {
  it('has each module that can be met in docs/fapi.md', () => {
    expect(rowsOf(profile).map(([name]) => name)).toEqual(modules.split(/\s+/))
  })

  it('has a test for each module, in the file that docs/fapi.md says', () => {
    const missing = rowsOf(profile).filter(([name, path]) => !modulesIn(path, profile).has(name))
    expect(missing).toEqual([])
  })
})
