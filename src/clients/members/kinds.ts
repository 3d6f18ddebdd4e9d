import * as v from 'valibot'
import type { JsonObject } from '../../store/records.ts'

const MAX_URL = 2000
const SECURE_OR_LOOPBACK = /^https:|^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?(?:[/?]|$)/i

/**
 * An absolute https URL without a fragment, at most 2,000 characters, which the provider itself may fetch. Plain http is for
 * development on one machine, if OAUTH_FETCH_LOOPBACK allows it.
 */
export function httpsUrl(message: string): v.GenericSchema<unknown, string> {
  return v.pipe(trimmedText(message), v.check(isHttps, message))
}

/** Trimmed text. */
export const trimmedText = (message: string) => v.pipe(v.string(message), v.trim())

/** An absolute http or https URL without a username, at most 2,000 characters. */
export function webUrl(message: string): v.GenericSchema<unknown, string> {
  return v.pipe(trimmedText(message), v.check(isWebUrl, message))
}

/** True or false; forms and command lines send `yes`, `true`, `no` and `false`. */
export function flag(name: string): v.GenericSchema<unknown, boolean> {
  const message = `${name} must be true or false.`
  return v.pipe(
    v.union([v.boolean(), v.picklist(['yes', 'true', 'no', 'false'], message)], message),
    v.transform((value) => value === true || value === 'yes' || value === 'true'),
  )
}

/** A whole number of seconds, as a number or as the text that a form sends. */
export function seconds(
  message: string,
  least: number,
  most: number,
): v.GenericSchema<unknown, number | null> {
  return v.pipe(
    v.union([v.number(), v.pipe(v.string(), v.trim(), v.regex(/^\d{1,10}$/, message))], message),
    v.transform(Number),
    v.integer(message),
    v.minValue(least, message),
    v.maxValue(most, message),
  )
}

/** One line of text, without control characters. */
export function line(message: string, most: number): v.GenericSchema<unknown, string> {
  return v.pipe(trimmedText(message), v.regex(/^\P{Cc}+$/u, message), v.maxLength(most, message))
}

/** A list of strings, each of which passes a check. */
export function texts(
  message: string,
  most: number,
  check: (text: string) => boolean,
): v.GenericSchema<unknown, readonly string[]> {
  return v.pipe(
    v.array(v.pipe(v.string(message), v.check(check, message)), message),
    v.maxLength(most, message),
  )
}

/** A JSON object, or its text, as forms and command lines send it. */
export function jsonObject(
  message: string,
  check: (object: JsonObject) => boolean,
): v.GenericSchema<unknown, JsonObject> {
  const object = v.pipe(v.record(v.string(), v.unknown(), message), v.check(check, message))
  const text = v.pipe(v.string(), v.maxLength(50_000, message), v.parseJson(undefined, message), object)
  return v.union([object, text], message)
}

function isHttps(text: string): boolean {
  return isWebUrl(text) && SECURE_OR_LOOPBACK.test(text) && !text.includes('#')
}

/** Returns whether a string is an absolute http or https URL of printable ASCII without a username. */
export function isWebUrl(text: string): boolean {
  const url = text.length <= MAX_URL && /^https?:\/\/[\x21-\x7e]+$/i.test(text) ? URL.parse(text) : null
  return url !== null && url.username === '' && url.password === ''
}
