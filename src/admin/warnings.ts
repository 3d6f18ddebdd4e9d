import type { Provider } from '../concepts.ts'

/**
 * Returns the overview's warnings about a deployment's settings.
 * @param url of the request
 */
export function deploymentWarnings(
  { issuer, settings }: Pick<Provider, 'issuer' | 'settings'>,
  url: string,
): readonly string[] {
  const local = /^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?=[:/]|$)/.test(url)
  if (local) return []
  const checks: readonly (readonly [boolean, string])[] = [
    [
      settings.issuer === null,
      `OAUTH_ISSUER is not set: the host of each request becomes the issuer. Set it to ${issuer} if that is the address that applications use.`,
    ],
    [
      !settings.enforceSecure,
      'OAUTH_ENFORCE_SECURE is off: requests over plain http are answered, and can be read on the way.',
    ],
    [settings.demo, 'OAUTH_DEMO is on: anybody can open the demo pages.'],
    [settings.fetchLoopback, 'OAUTH_FETCH_LOOPBACK is on: it is only for development.'],
  ]
  return checks.filter(([holds]) => holds).map(([, text]) => text)
}
