import { globSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

/** The modules of the plans, each by its name without the prefix `oidcc-`. */
const PLANS: Readonly<Record<string, string>> = {
  config: 'discovery-endpoint-verification',
  'basic and form post': `server response-type-missing idtoken-signature idtoken-unsigned userinfo-get userinfo-post-header
    userinfo-post-body ensure-request-without-nonce-succeeds-for-code-flow scope-profile scope-email scope-address scope-phone
    scope-all alternate-happy-flow display-page display-popup prompt-login prompt-none-not-logged-in prompt-none-logged-in max-age-1
    max-age-10000 ensure-request-with-unknown-parameter-succeeds id-token-hint login-hint ui-locales claims-locales
    ensure-request-with-acr-values-succeeds codereuse codereuse-30seconds ensure-registered-redirect-uri
    ensure-post-request-succeeds server-client-secret-post
    request-uri-unsigned-supported-correctly-or-rejected-as-unsupported
    unsigned-request-object-supported-correctly-or-rejected-as-unsupported claims-essential
    ensure-request-object-with-redirect-uri refresh-token ensure-request-with-valid-pkce-succeeds`,
  'implicit and hybrid': 'ensure-request-without-nonce-fails',
  dynamic: `idtoken-rs256 userinfo-rs256 ensure-redirect-uri-in-authorization-request redirect-uri-query-OK
    redirect-uri-query-mismatch redirect-uri-query-added redirect-uri-regfrag registration-logo-uri registration-policy-uri
    registration-tos-uri registration-jwks-uri registration-sector-uri registration-sector-bad server-rotate-keys
    refresh-token-rp-key-rotation request-uri-unsigned request-uri-signed-rs256
    ensure-client-assertion-with-iss-aud-succeeds`,
  'third-party initiated login': '3rdparty-init-login 3rdparty-init-login-nohttps',
  'RP-initiated logout': `rp-initiated-logout-discovery-endpoint-verification rp-initiated-logout
    rp-initiated-logout-bad-post-logout-redirect-uri rp-initiated-logout-query-added-to-post-logout-redirect-uri
    rp-initiated-logout-modified-id-token-hint rp-initiated-logout-bad-id-token-hint rp-initiated-logout-no-id-token-hint
    rp-initiated-logout-no-params rp-initiated-logout-no-post-logout-redirect-uri rp-initiated-logout-only-state
    rp-initiated-logout-no-state`,
  'back-channel logout': 'backchannel-logout-discovery-endpoint-verification backchannel-rp-initiated-logout',
}

/** What stands in the sources of tests, each name as a whole. */
const named = new Set(
  globSync('test/{conformance,end-to-end,support,threats}/**/*.ts').flatMap((path) =>
    [...readFileSync(path, 'utf8').matchAll(/oidcc-([\w-]+)/g)].map(([, name = '']) => name),
  ),
)

it.each(Object.entries(PLANS))('each module of the plan %s is named by a test of ours', (_, modules) => {
  const missing = modules.split(/\s+/).filter((name) => !named.has(name))
  expect(missing).toEqual([])
})
