import * as v from 'valibot'
import { Secret } from '../crypto/secret.ts'
import { checkScopeBits, isScopeToken, joinScope, type ScopeBits, MAX_SCOPES } from '../scope.ts'

/** One setting: a row of docs/settings.md. */
export interface Setting<T> {
  /** Name in `[vars]` of wrangler.toml. */
  readonly variable: string
  /** Used where the variable is not set. */
  readonly default: T
  /** The default in words, where the value does not say it. */
  readonly defaultText?: string
  readonly unit: string
  /** What a value may be, as the error says it. */
  readonly expected: string
  /** The parsed value, or undefined if `value` cannot be used. May throw a ConfigurationError that says more. */
  parse(value: unknown): T | undefined
}

/** What a kind of setting says of its values, and how it reads them. */
export type Row<T> = Omit<Setting<T>, 'variable' | 'default'>

/** Seconds that anything may live at most. A hundred years: more is a typing error. */
export const MAX_SECONDS = 100 * 365 * 86_400

function parseSeconds(value: unknown, least: number): number | undefined {
  const seconds = typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value
  return typeof seconds === 'number' &&
    Number.isInteger(seconds) &&
    seconds >= least &&
    seconds <= MAX_SECONDS
    ? seconds
    : undefined
}

/** A time that something lives. */
export const lifetime: Row<number> = {
  unit: 'seconds',
  expected: `a whole number of seconds from 1 to ${MAX_SECONDS}`,
  parse: (value) => parseSeconds(value, 1),
}
/** A time that may be none. */
export const interval: Row<number> = {
  unit: 'seconds',
  expected: `a whole number of seconds from 0 to ${MAX_SECONDS}`,
  parse: (value) => parseSeconds(value, 0),
}
/** How many there may be of something. */
export const count: Row<number> = {
  unit: 'number',
  expected: 'a whole number from 1 to 100000',
  parse(value) {
    const number = typeof value === 'string' && /^\d{1,6}$/.test(value) ? Number(value) : value
    return typeof number === 'number' && Number.isInteger(number) && number >= 1 && number <= 100_000
      ? number
      : undefined
  },
}
/** On or off. */
export const flag: Row<boolean> = {
  unit: 'true or false',
  expected: '"true" or "false"',
  parse: (value) =>
    value === true || value === 'true' ? true : value === false || value === 'false' ? false : undefined,
}
const nameList = v.pipe(v.array(v.pipe(v.string(), v.regex(/^\w+([ +]\w+)*$/))), v.minLength(1))
/** A list of names. */
export const names: Row<readonly string[]> = {
  unit: 'names separated by spaces',
  expected: 'names of letters and underscores, separated by spaces',
  parse(value) {
    const list = typeof value === 'string' ? value.split(/\s+/).filter(Boolean) : value
    return v.is(nameList, list) ? list : undefined
  },
}
/** Signatures by their names of RFC 7518 and RFC 8037. */
export type SignatureAlgorithm = 'EdDSA' | 'ES256' | 'PS256' | 'RS256'

const isAlgorithm = v.picklist(['RS256', 'PS256', 'ES256', 'EdDSA'])
/** Signatures that are taken, one at least of those that we make, too. */
export const signatureAlgorithms: Row<readonly SignatureAlgorithm[]> = {
  unit: 'names separated by spaces',
  expected: 'names among RS256, PS256, ES256 and EdDSA, separated by spaces, at least one of them not PS256',
  parse(value) {
    const list = typeof value === 'string' ? value.split(/\s+/).filter(Boolean) : value
    return v.is(v.array(isAlgorithm), list) && list.some((name) => name !== 'PS256') ? list : undefined
  },
}
/** Ways in which clients authenticate; null for all that there are. */
export const authMethods: Row<readonly string[] | null> = {
  unit: 'any, or names separated by spaces',
  expected:
    '"any", or names of client authentication methods, separated by spaces, such as private_key_jwt none',
  parse(value) {
    if (value === 'any') return null
    const list = typeof value === 'string' ? value.split(/\s+/).filter(Boolean) : value
    return v.is(v.pipe(v.array(v.pipe(v.string(), v.regex(/^[\w.:/-]+$/))), v.minLength(1)), list)
      ? list
      : undefined
  },
}
const scopeBits = v.record(v.string(), v.number())
/** Scope names with their bits. */
export const scopes: Row<ScopeBits> = {
  unit: 'JSON object: name → bits',
  expected: 'a JSON object of scope names and their bits, such as {"read":2,"write":6}',
  parse(value) {
    const bits = typeof value === 'string' ? parseJson(value) : value
    if (Array.isArray(bits) || !v.is(scopeBits, bits)) return undefined
    checkScopeBits(bits)
    return bits
  },
}
/** Scopes as a request names them. */
export const scopeNames: Row<string | null> = {
  unit: 'scope names separated by spaces',
  expected: 'scope names (RFC 6749 3.3) separated by spaces',
  parse(value) {
    const list = typeof value === 'string' ? value.split(' ').filter(Boolean) : []
    return list.length > 0 && list.length <= MAX_SCOPES && list.every(isScopeToken)
      ? joinScope(list)
      : undefined
  },
}
/** The beginning of a cookie’s name. */
export const cookiePrefix: Row<string> = {
  unit: 'text',
  expected: '1 to 32 letters, digits, - or _',
  parse: (value) => (typeof value === 'string' && /^[\w-]{1,32}$/.test(value) ? value : undefined),
}
/** An issuer identifier (RFC 8414 2). */
export const issuer: Row<string | null> = {
  unit: 'issuer',
  expected:
    'an origin, such as https://id.example (http only for localhost), or one with a path, such as https://example.com/id',
  parse(value) {
    const url = typeof value === 'string' ? URL.parse(value) : null
    const local = url?.hostname === 'localhost' || url?.hostname === '127.0.0.1'
    if (!url || !(url.protocol === 'https:' || (url.protocol === 'http:' && local))) return undefined
    const path = /^(?:\/[\w~-][\w.~-]*)*$/.exec(url.pathname.replace(/^\/$/, ''))?.[0]
    return path !== undefined && value === url.origin + path ? value : undefined
  },
}
/** Hosts, as the requests' URLs name them. */
export const hosts: Row<readonly string[]> = {
  unit: 'hosts separated by spaces',
  expected:
    'hosts as in a URL, with the port if it is not the default one, such as id.example or id.example:8443',
  parse(value) {
    const list = typeof value === 'string' ? value.split(/\s+/).filter(Boolean) : value
    return v.is(hostList, list) ? list : undefined
  },
}
const hostList = v.pipe(
  v.array(
    v.pipe(
      v.string(),
      v.check((host) => URL.parse(`https://${host}`)?.host === host),
    ),
  ),
  v.minLength(1),
)
/** Where people can be reached. */
export const contacts: Row<readonly string[]> = {
  unit: 'URLs separated by spaces',
  expected: 'https, mailto or tel URLs, separated by spaces, such as mailto:security@example.org',
  parse(value) {
    const list = typeof value === 'string' ? value.split(/\s+/).filter(Boolean) : value
    return v.is(contactList, list) ? list : undefined
  },
}
const contactList = v.pipe(
  v.array(
    v.pipe(
      v.string(),
      v.regex(/^(?:https:\/\/|mailto:|tel:)[\x21-\x7e]+$/),
      v.check((url) => URL.canParse(url)),
    ),
  ),
  v.minLength(1),
)
/** The tag of one of the provider’s languages; `checkLanguages`, which knows them, finds such settings by `unit`. */
export const language: Row<string> = {
  unit: 'language',
  expected: 'the tag of one of the provider’s languages, such as en or de',
  parse: (value) =>
    typeof value === 'string' && /^[a-z]{2,3}(?:-[a-z\d]{2,8})*$/i.test(value) ? value : undefined,
}
/** A short text for people. */
export const line: Row<string> = {
  unit: 'text',
  expected: '1 to 60 characters on one line',
  parse: (value) => (typeof value === 'string' && /^[^\p{Cc}]{1,60}$/u.test(value) ? value : undefined),
}
/** Where a picture is. */
export const imageUrl: Row<string | null> = {
  unit: 'URL',
  expected: 'an https URL, or a path of this origin that begins with /',
  parse(value) {
    if (typeof value !== 'string' || value.startsWith('//')) return undefined
    if (!value.startsWith('/') && URL.parse(value)?.protocol !== 'https:') return undefined
    return URL.parse(value, 'https://local.invalid') ? value : undefined
  },
}
/** One of some words. */
export function oneOf<const T extends string>(...choices: readonly T[]): Row<T> {
  return {
    unit: 'name',
    expected: choices.map((name) => `"${name}"`).join(', '),
    parse: (value) => choices.find((name) => name === value),
  }
}
/** How round boxes and buttons are. */
export const corner = oneOf('round', 'soft', 'square')
/** Light, dark, or as the browser asks. */
export const colorScheme = oneOf('auto', 'light', 'dark')
/** A color. */
export const color: Row<string> = {
  unit: 'color',
  expected: 'a color in hexadecimal, such as #3355cc',
  parse: (value) =>
    typeof value === 'string' && /^#[\da-f]{6}$/i.test(value) ? value.toLowerCase() : undefined,
}
/** Bits that a key must look as if it held: far below any random key, above repeated, counted and typed ones. */
const MIN_KEY_BITS = 64

/** What stands in documentation for a key. */
const PLACEHOLDER = /change.?(?:me|this)|replace.?(?:me|this)|your.?(?:own.?)?(?:secret|key)|placeholder/i

/** Returns whether a key is long enough, and looks as if nobody had thought of it. */
export function isStrongKey(key: string): boolean {
  return key.length >= 32 && guessedBits(key) >= MIN_KEY_BITS && !PLACEHOLDER.test(key)
}

/**
 * Estimates from above how many bits a text holds: Shannon's entropy of its characters, or of the steps between them where
 * that is less, times the places at which it says what it did not say before.
 */
function guessedBits(text: string): number {
  const letters = Array.from(text)
  const steps = letters
    .map((letter, at) => letter.charCodeAt(0) - (letters[at - 1] ?? '').charCodeAt(0))
    .slice(1)
  const seen = new Set(letters.map((_, at) => text.slice(at, at + 3)))
  return Math.min(entropy(letters), entropy(steps)) * seen.size
}

/** Shannon's entropy, in bits for each entry. */
function entropy(entries: readonly (string | number)[]): number {
  const counts = new Map<string | number, number>()
  for (const entry of entries) counts.set(entry, (counts.get(entry) ?? 0) + 1)
  return [...counts.values()].reduce((sum, times) => {
    const share = times / entries.length
    return sum - share * Math.log2(share)
  }, 0)
}

/** Keys, newest first. */
export const secretKeys: Row<readonly Secret[]> = {
  unit: 'secret',
  expected:
    'one or more keys of at least 32 characters that nobody can guess, newest first, separated by spaces (npm run deploy creates one, and so does openssl rand -base64 32)',
  parse(value) {
    const keys = typeof value === 'string' ? value.split(/\s+/).filter(Boolean) : []
    return keys.length > 0 && keys.every(isStrongKey) ? keys.map((key) => new Secret(key)) : undefined
  },
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
