/** Names that never belong to the public internet (RFC 6761, RFC 6762, RFC 7686, RFC 8375, RFC 9476, the registry of special names). */
const SPECIAL_NAMES = [
  'alt',
  'home.arpa',
  'internal',
  'intranet',
  'invalid',
  'lan',
  'local',
  'localhost',
  'onion',
  'private',
  'test',
]

/** Names in the public DNS that resolve to this machine's address, or to the address in their first part. */
const NAMES_OF_ADDRESSES = [
  'lacolhost.com',
  'localtest.me',
  'lvh.me',
  'nip.io',
  'sslip.io',
  'traefik.me',
  'vcap.me',
  'xip.io',
]

/** IPv4 blocks that are not public (RFC 6890 and the IANA registry of special-purpose addresses). */
const SPECIAL_IPV4: readonly (readonly [address: string, bits: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
]

/**
 * Checks an address that a stranger names for the provider to fetch (RFC 9700 4.11, draft-ietf-oauth-client-id-metadata-document
 * 6.5): https, at a host of the public internet, with nothing in it that other parsers could read as another host.
 * @param allowLoopback for development: allows this machine's own addresses, also over http
 * @returns the problem, as the
 * end of a sentence; null if it may be fetched
 */
export function publicUrlProblem(text: string, allowLoopback: boolean): string | null {
  if (text.length > 2000) return 'is longer than 2,000 characters'
  if (!/^[\x21-\x5b\x5d-\x7e]+$/.test(text)) return 'contains characters that a URL must encode'
  const url = URL.parse(text)
  if (!url) return 'is not an absolute URL'
  if (url.username !== '' || url.password !== '' || /^[a-z]+:\/\/[^/?#]*@/i.test(text))
    return 'contains a username'
  if (text.includes('#')) return 'has a fragment'
  if (allowLoopback && isLoopback(url.hostname)) {
    return url.protocol === 'https:' || url.protocol === 'http:' ? null : 'does not use https'
  }
  if (url.protocol !== 'https:') return 'does not use https'
  return isPublicHost(url.hostname) ? null : 'is not at a public host'
}

/** Returns whether a host, as `URL` spells it, is this machine itself. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname)
}

/** `URL` has turned every notation of an IPv4 address (hexadecimal, octal, short, a single number) into the dotted one. */
function isPublicHost(hostname: string): boolean {
  if (hostname.startsWith('[')) return isPublicIpv6(hostname.slice(1, -1))
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(hostname)) return isPublicIpv4(toNumber(hostname))
  const name = hostname.replace(/\.$/, '')
  if (!name.includes('.') || name.includes('%')) return false
  return ![...SPECIAL_NAMES, ...NAMES_OF_ADDRESSES].some(
    (special) => name === special || name.endsWith(`.${special}`),
  )
}

function toNumber(dotted: string): number {
  return dotted.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
}

function isPublicIpv4(address: number): boolean {
  return !SPECIAL_IPV4.some(([first, bits]) => {
    const size = 2 ** (32 - bits)
    return Math.floor(address / size) === Math.floor(toNumber(first) / size)
  })
}

/**
 * Only global unicast (2000::/3) is public, except for tunnels and documentation, and addresses that contain a non-public
 * IPv4 address.
 */
function isPublicIpv6(address: string): boolean {
  const [head = '', tail = ''] = address.split('::')
  const [before, after] = [groupsOf(head), groupsOf(tail)]
  const filler = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => 0)
  const [first = 0, second = 0, third = 0] = [...before, ...filler, ...after]
  if (first < 0x2000 || first > 0x3fff) return false
  // 2001::/23 (Teredo, ORCHID and the like), 2001:db8::/32 and 3fff::/20 (documentation)
  if (first === 0x2001 && (second < 0x200 || second === 0xdb8)) return false
  if (first === 0x3fff && second < 0x1000) return false
  // 6to4 (2002::/16) contains an IPv4 address.
  return first !== 0x2002 || isPublicIpv4(second * 0x10000 + third)
}

function groupsOf(text: string): readonly number[] {
  return text === '' ? [] : text.split(':').map((group) => parseInt(group, 16))
}
