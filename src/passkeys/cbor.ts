import { type CBORType, decodePartialCBOR } from '@levischuck/tiny-cbor'

/** An item of CBOR (RFC 8949), as authenticators write it. */
export type Cbor = CBORType
/** A map, whose keys are numbers or strings. */
export type CborMap = ReadonlyMap<number | string, Cbor>

/**
 * Reads one item of CBOR.
 * @returns the item, and where the next one begins
 * @throws {TypeError} it is malformed, or too deep
 */
export function readCbor(bytes: Uint8Array<ArrayBuffer>, start: number): readonly [Cbor, number] {
  const [item, length] = decode(bytes, start)
  // A string may claim to be longer than the data.
  if (start + length > bytes.length) throw malformed()
  return [item, start + length]
}

function decode(bytes: Uint8Array<ArrayBuffer>, start: number): [Cbor, number] {
  try {
    return decodePartialCBOR(bytes, start)
  } catch {
    throw malformed()
  }
}

function malformed(): TypeError {
  return new TypeError('the CBOR is not that of an authenticator')
}

/** Returns the item if it is a map, or else null. */
export function mapOf(item: Cbor): CborMap | null {
  return item instanceof Map ? (item satisfies CborMap) : null
}
