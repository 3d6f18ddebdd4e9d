import { toBase64url, utf8 } from '../crypto/bytes.ts'
import type { Keys } from '../crypto/keys.ts'
import type { ThrottleKeys } from '../store/records.ts'

/** The length of a window of password attempts, in seconds. */
export const THROTTLE_WINDOW = 600
/** Attempts per account and window. */
export const ACCOUNT_LIMIT = 10
/** Attempts per network and window. */
export const NETWORK_LIMIT = 100

/**
 * Creates the keys that a password attempt counts against. They are keyed hashes (HMAC-SHA-256, base64url), as people type
 * passwords into the username field, and addresses are personal data.
 * @param name the username's key, whether or not such a user exists
 * @param network the address that the edge saw; null if there is none
 * @param device a browser or session in which this user has signed in, whose attempts are counted separately, so that
 *   strangers who try the same name or share the network cannot lock it out; null if there is none
 */
export async function throttleKeys(
  name: string,
  network: string | null,
  keys: Keys,
  device: string | null = null,
): Promise<ThrottleKeys> {
  const hash = async (text: string): Promise<string> => throttleKey(text, keys)
  const [account, block] = await Promise.all(
    device === null
      ? [hash(`account:${name}`), hash(`network:${networkBlock(network)}`)]
      : [hash(`device:${device}:${name}`), hash(`device network:${device}`)],
  )
  return { account, network: block }
}

/**
 * Creates the key of one count, also a keyed hash.
 * @param counted what is counted, after a word that distinguishes it
 * from other counts
 */
export async function throttleKey(counted: string, keys: Keys): Promise<string> {
  return toBase64url(new Uint8Array(await crypto.subtle.sign('HMAC', keys[0].mac.throttle, utf8(counted))))
}

/**
 * Returns what counts as one network: an IPv4 address, or the /64 of an IPv6 address, which a single subscriber gets.
 *
 * @returns its canonical text; `local` if there is no address
 */
export function networkBlock(network: string | null): string {
  if (network === null) return 'local'
  const groups = ipv6Groups(network)
  if (!groups) return network
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    // An IPv4-mapped address (RFC 4291 2.5.5.2) is the IPv4 address.
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 0xff])
      .join('.')
  }
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`
}

/** Returns the eight groups of an IPv6 address, or null. */
function ipv6Groups(address: string): number[] | null {
  // The URL parser reads all notations of an address and returns one.
  const host = address.includes(':') ? URL.parse(`http://[${address}]/`)?.hostname : undefined
  if (!host) return null
  const [before = [], after = []] = host.slice(1, -1).split('::').map(parseGroups)
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after]
}

function parseGroups(text: string): number[] {
  return text
    .split(':')
    .filter(Boolean)
    .map((group) => Number.parseInt(group, 16))
}
