const encoder = new TextEncoder()

/** Encodes a string as UTF-8. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(encoder.encode(text))
}

/** Returns `length` random bytes. */
export function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(length))
}

/** Concatenates arrays of bytes. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let offset = 0
  for (const part of parts) {
    result.set(part, offset)
    offset += part.length
  }
  return result
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const HEX = '0123456789abcdef'
const NO_DIGIT = 64
/** The value of each character of the alphabet, by its code. */
const DIGITS = Uint8Array.from({ length: 128 }, (_, code) => {
  const digit = ALPHABET.indexOf(String.fromCharCode(code))
  return digit < 0 ? NO_DIGIT : digit
})

/**
 * base64url without padding (RFC 4648 5). Written by hand, as every request needs it several times and `btoa` takes four
 * times as long.
 */
export function toBase64url(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const second = bytes[at + 1]
    const third = bytes[at + 2]
    const bits = ((bytes[at] ?? 0) << 16) | ((second ?? 0) << 8) | (third ?? 0)
    text += ALPHABET.charAt(bits >> 18) + ALPHABET.charAt((bits >> 12) & 63)
    if (second !== undefined) text += ALPHABET.charAt((bits >> 6) & 63)
    if (third !== undefined) text += ALPHABET.charAt(bits & 63)
  }
  return text
}

/**
 * Reads base64url without padding (RFC 4648 5).
 * @returns the bytes, or null if the text is not their only valid encoding
 */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> | null {
  const left = text.length % 4
  if (left === 1) return null
  const bytes = new Uint8Array((text.length * 3) >> 2)
  let [bits, at] = [0, 0]
  for (let index = 0; index < text.length; index++) {
    const digit = DIGITS[text.charCodeAt(index)] ?? NO_DIGIT
    if (digit === NO_DIGIT) return null
    bits = (bits << 6) | digit
    if (index % 4 === 3) {
      bytes[at++] = bits >> 16
      bytes[at++] = bits >> 8
      bytes[at++] = bits
      bits = 0
    }
  }
  // Some bits of the last character belong to no byte; the encoding is unique only if they are zero.
  const spare = left === 2 ? 4 : 2
  if (left === 0) return bytes
  if (bits & ((1 << spare) - 1)) return null
  if (left === 2) bytes[at] = bits >> 4
  else {
    bytes[at++] = bits >> 10
    bytes[at] = bits >> 2
  }
  return bytes
}

/** Returns the SHA-256 of bytes or of a string's UTF-8. */
export async function sha256(data: Uint8Array<ArrayBuffer> | string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', typeof data === 'string' ? utf8(data) : data))
}

/** Returns a SHA-256 as base64url, as for stored client secrets and code challenges (RFC 7636 4.2). */
export async function sha256Base64url(text: string): Promise<string> {
  return toBase64url(await sha256(text))
}

/**
 * Compares two strings in a time that does not reveal where they differ.
 */
export async function equal(a: string, b: string): Promise<boolean> {
  const [first, second] = await Promise.all([sha256(a), sha256(b)])
  let difference = 0
  for (const [index, byte] of first.entries()) difference |= byte ^ (second[index] ?? 0)
  return difference === 0
}

/** Returns a random identifier of 128 bits, base64url, for a token, grant, session, user or request. */
export function randomId(): string {
  return toBase64url(randomBytes(16))
}

/** Returns bytes as lowercase hexadecimal digits, which sort like the bytes. */
export function toHex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += HEX.charAt(byte >> 4) + HEX.charAt(byte & 15)
  return text
}

/**
 * Reads what `toHex` writes.
 * @returns the bytes, or null if the text is anything else
 */
export function fromHex(text: string): Uint8Array<ArrayBuffer> | null {
  if (text.length % 2 === 1) return null
  const bytes = new Uint8Array(text.length / 2)
  for (let at = 0; at < bytes.length; at++) {
    const [high, low] = [HEX.indexOf(text.charAt(2 * at)), HEX.indexOf(text.charAt(2 * at + 1))]
    if (high < 0 || low < 0) return null
    bytes[at] = high * 16 + low
  }
  return bytes
}

/** Digits of the time at the start of a `sortableId`. */
const TIME_DIGITS = 12

/**
 * Returns an identifier of 128 bits as 32 hexadecimal digits: 48 bits of time and 80 random ones, so that ids sort by age.
 * @param milliseconds since 1970
 * @param rest ten bytes, random unless the id must be derived from something
 */
export function sortableId(milliseconds: number = Date.now(), rest: Uint8Array = randomBytes(10)): string {
  return `${Math.max(0, milliseconds).toString(16).padStart(TIME_DIGITS, '0')}${toHex(rest)}`
}

/** Returns when a `sortableId` was created, in seconds since 1970. */
export function timeOfId(id: string): number {
  return Math.floor(Number.parseInt(id.slice(0, TIME_DIGITS), 16) / 1000)
}
