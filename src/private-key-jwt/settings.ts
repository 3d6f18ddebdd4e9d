import type { Row, Setting } from '../settings/kinds.ts'
import { setting } from '../settings/settings.ts'

/** What an assertion may name as its audience. */
type Audience = 'issuer' | 'token_endpoint'

const audiences: Row<readonly Audience[]> = {
  unit: 'names separated by spaces',
  expected: '"issuer", or "issuer token_endpoint"',
  parse(value) {
    const names = typeof value === 'string' ? value.split(/\s+/).filter(Boolean) : value
    if (!Array.isArray(names) || !names.includes('issuer')) return undefined
    const known = names.filter((name): name is Audience => name === 'issuer' || name === 'token_endpoint')
    return known.length === names.length ? known : undefined
  },
}

/** The feature's settings. */
export const PRIVATE_KEY_JWT_SETTINGS = {
  /**
   * Audience that the JWT of a client with `private_key_jwt` must name, alone: the issuer (RFC 7523bis). With
   * `token_endpoint`, the URL of the token endpoint is also accepted, which older clients and the OpenID Foundation's
   * plan for dynamic clients use.
   */
  assertionAudiences: setting('OAUTH_ASSERTION_AUDIENCES', ['issuer'], audiences),
} satisfies Readonly<Record<string, Setting<unknown>>>
