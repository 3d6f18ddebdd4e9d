import * as v from 'valibot'
import { trimmedText } from '../clients/members/kinds.ts'
import { publicUrlProblem } from '../outbound/public-url.ts'
import { isScopeToken, MAX_SCOPES } from '../scope.ts'

// The members of a sign-in provider, for all callers. The messages are sentences for people.

/** The address of GitHub itself; a GitHub Enterprise Server is elsewhere. */
export const GITHUB = 'https://github.com'
/** The default scopes. */
export const SCOPES = {
  openid: 'openid email profile',
  github: 'read:user user:email',
}
/** An image for a button, with its base64. */
export const ICON = /^data:(image\/(?:png|webp|svg\+xml));base64,([A-Za-z\d+/]+={0,2})$/
/** Longest image, in characters. */
const MAX_ICON = 32_768

const ID =
  'The id must have 1 to 40 lower-case letters, digits and hyphens, and neither begin nor end with a hyphen.'
const NAME = 'The name must have 1 to 60 characters, and no control characters.'
const KIND = 'The kind must be openid or github.'
const ISSUER = 'The issuer must be an https URL without a query and a fragment, at a public host.'
const CLIENT_ID = 'The client id must have 1 to 500 printable ASCII characters.'
const SECRET = 'The secret must have at most 500 printable ASCII characters.'
const SCOPE = 'The scopes must be scope names separated by spaces (RFC 6749 3.3).'
const OPENID = 'The scopes of an OpenID Connect issuer must include openid.'
const DOMAINS = 'The domains must look like example.org, separated by spaces.'
const ICON_RULE = `The icon must be a data: URL of a PNG, WebP or SVG image in base64, of at most ${MAX_ICON} characters.`

/** Part of its redirect URI. */
export const id = v.pipe(trimmedText(ID), v.regex(/^[a-z\d](?:[a-z\d-]{0,38}[a-z\d])?$/, ID))

/** Its protocol. */
export const kind = v.picklist(['openid', 'github'], KIND)

/** The name on buttons. */
export const name = v.pipe(trimmedText(NAME), v.regex(/^\P{C}{1,60}$/u, NAME))

/** Its icon; null for none. */
export const icon = v.nullable(
  v.pipe(trimmedText(ICON_RULE), v.maxLength(MAX_ICON, ICON_RULE), v.regex(ICON, ICON_RULE)),
)

/** Its issuer identifier. The settings decide each time whether an address of this machine is allowed. */
export const issuer = v.pipe(
  trimmedText(ISSUER),
  v.check((text) => publicUrlProblem(text, true) === null && !text.includes('?'), ISSUER),
)

/** Our client id there. */
export const clientId = v.pipe(trimmedText(CLIENT_ID), v.regex(/^[\x20-\x7e]{1,500}$/, CLIENT_ID))

/** Our secret there; empty for none. */
export const clientSecret = v.pipe(trimmedText(SECRET), v.regex(/^[\x20-\x7e]{0,500}$/, SECRET))

/** Names of scopes. */
export const scope = v.pipe(
  v.string(SCOPE),
  v.transform((text) => [...new Set(text.split(/\s+/).filter(Boolean))]),
  v.check((names) => names.length > 0 && names.length <= MAX_SCOPES && names.every(isScopeToken), SCOPE),
  v.transform((names) => names.join(' ')),
)

/** The same for an OpenID Connect issuer. */
export const openidScope = v.pipe(
  scope,
  v.check((text) => text.split(' ').includes('openid'), OPENID),
)

/** Domains of addresses, as in DNS. */
export const domains = v.pipe(
  v.string(DOMAINS),
  v.transform((text) => text.split(/[\s,]+/).filter(Boolean)),
  v.transform((list) => list.map((domain) => hostOf(domain))),
  v.check((list) => list.every((domain) => /^[a-z\d-]+(?:\.[a-z\d-]+)+$/.test(domain)), DOMAINS),
  v.transform((list) => [...new Set(list)].join(' ')),
)

function hostOf(domain: string): string {
  const url = URL.parse(`https://${domain}`)
  return url?.pathname === '/' && url.search === '' ? url.host : ''
}
