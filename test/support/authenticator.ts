import { concat, randomBytes, sha256, toBase64url, utf8 } from '../../src/crypto/bytes.ts'

type Item = number | string | Uint8Array<ArrayBuffer> | ReadonlyMap<number | string, Item>

/** An item in CBOR (RFC 8949), as authenticators write it. */
export function cbor(item: Item): Uint8Array<ArrayBuffer> {
  if (typeof item === 'number') return item < 0 ? head(1, -1 - item) : head(0, item)
  if (typeof item === 'string') return concat(head(3, utf8(item).length), utf8(item))
  if (item instanceof Uint8Array) return concat(head(2, item.length), item)
  return concat(head(5, item.size), ...[...item].map(([key, value]) => concat(cbor(key), cbor(value))))
}

function head(kind: number, argument: number): Uint8Array<ArrayBuffer> {
  if (argument < 24) return new Uint8Array([(kind << 5) | argument])
  if (argument < 256) return new Uint8Array([(kind << 5) | 24, argument])
  return new Uint8Array([(kind << 5) | 25, argument >> 8, argument & 255])
}

/** What an authenticator does otherwise than it should. */
export interface Twist {
  readonly type?: string
  readonly origin?: string
  readonly rpId?: string
  readonly crossOrigin?: boolean
  readonly topOrigin?: string
  /** Flags of the authenticator data; present, verified and, where it is synced, backed up, if left out. */
  readonly flags?: number
  readonly signCount?: number
  readonly userHandle?: string
  readonly id?: string
  /** Bytes behind the authenticator data. */
  readonly behind?: Uint8Array<ArrayBuffer>
  /** The format of its attestation, whose statement stays empty. */
  readonly fmt?: string
  /** Another text that is signed. */
  readonly signed?: Uint8Array<ArrayBuffer>
}

/** How it signs. */
export type Algorithm = 'ES256' | 'EdDSA' | 'RS256'

const KEYS = {
  ES256: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  EdDSA: { name: 'Ed25519' },
  RS256: {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  },
} as const

/** What an authenticator is. */
export interface AuthenticatorFields {
  readonly origin: string
  readonly rpId: string
  readonly algorithm?: Algorithm
  readonly synced?: boolean
  /** It counts its uses. */
  readonly counts?: boolean
}

/** An authenticator that holds one credential, and a browser in front of it, which writes JSON. */
export interface Authenticator {
  readonly id: string
  /** Makes its credential for options of `creationOptions`, as JSON. */
  create(options: CreationOptions, twist?: Twist): Promise<string>
  /** Signs a challenge of `requestOptions`, as JSON. */
  get(options: RequestOptions, twist?: Twist): Promise<string>
}

/** Of creation options, what an authenticator reads. */
export interface CreationOptions {
  readonly challenge: string
  readonly user: { readonly id: string }
}
/** Of request options, likewise. */
export interface RequestOptions {
  readonly challenge: string
}

/** Makes an authenticator. */
export async function newAuthenticator(fields: AuthenticatorFields): Promise<Authenticator> {
  const { algorithm = 'ES256', counts = true, synced = true } = fields
  const keys = (await crypto.subtle.generateKey(KEYS[algorithm], true, ['sign', 'verify'])) as CryptoKeyPair
  const cose = cbor(await coseKey(algorithm, keys.publicKey))
  const rawId = randomBytes(32)
  const id = toBase64url(rawId)
  let uses = 0
  let userHandle = ''
  const clientData = (type: string, challenge: string, twist: Twist): Uint8Array<ArrayBuffer> => {
    const { crossOrigin = false, origin = fields.origin, topOrigin } = twist
    return utf8(
      JSON.stringify({
        type: twist.type ?? type,
        challenge,
        origin,
        crossOrigin,
        ...(topOrigin && { topOrigin }),
      }),
    )
  }
  const said = async (
    twist: Twist,
    extra: number,
    ...parts: Uint8Array<ArrayBuffer>[]
  ): Promise<Uint8Array<ArrayBuffer>> => {
    const { flags = 5 | (synced ? 24 : 0), rpId = fields.rpId, signCount = counts ? ++uses : 0 } = twist
    const counter = new Uint8Array(4)
    new DataView(counter.buffer).setUint32(0, signCount)
    const start = concat(await sha256(utf8(rpId)), new Uint8Array([flags | extra]), counter)
    return concat(start, ...parts, twist.behind ?? new Uint8Array())
  }
  return {
    id,
    async create({ challenge, user }, twist = {}) {
      userHandle = user.id
      const length = new Uint8Array([0, rawId.length])
      const authData = await said(twist, 64, new Uint8Array(16), length, rawId, cose)
      const object = new Map<string, Item>([
        ['fmt', twist.fmt ?? 'none'],
        ['attStmt', new Map()],
        ['authData', authData],
      ])
      return JSON.stringify({
        id: twist.id ?? id,
        rawId: twist.id ?? id,
        type: 'public-key',
        clientExtensionResults: {},
        response: {
          clientDataJSON: toBase64url(clientData('webauthn.create', challenge, twist)),
          attestationObject: toBase64url(cbor(object)),
          transports: ['internal'],
        },
      })
    },
    async get({ challenge }, twist = {}) {
      const client = clientData('webauthn.get', challenge, twist)
      const authenticatorData = await said(twist, 0)
      const signed = twist.signed ?? concat(authenticatorData, await sha256(client))
      const signature = new Uint8Array(await crypto.subtle.sign(KEYS[algorithm], keys.privateKey, signed))
      return JSON.stringify({
        id: twist.id ?? id,
        rawId: twist.id ?? id,
        type: 'public-key',
        clientExtensionResults: {},
        response: {
          clientDataJSON: toBase64url(client),
          authenticatorData: toBase64url(authenticatorData),
          signature: toBase64url(algorithm === 'ES256' ? toDer(signature) : signature),
          userHandle: twist.userHandle ?? userHandle,
        },
      })
    },
  }
}

async function coseKey(algorithm: Algorithm, key: CryptoKey): Promise<ReadonlyMap<number, Item>> {
  const jwk = (await crypto.subtle.exportKey('jwk', key)) as JsonWebKey
  const part = (text = ''): Uint8Array<ArrayBuffer> =>
    Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0))
  const entries: Readonly<Record<Algorithm, readonly (readonly [number, Item])[]>> = {
    ES256: [
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, part(jwk.x)],
      [-3, part(jwk.y)],
    ],
    EdDSA: [
      [1, 1],
      [3, -8],
      [-1, 6],
      [-2, part(jwk.x)],
    ],
    RS256: [
      [1, 3],
      [3, -257],
      [-1, part(jwk.n)],
      [-2, part(jwk.e)],
    ],
  }
  return new Map(entries[algorithm])
}

/** The two numbers of an ECDSA signature in DER (RFC 3279 2.2.3). */
export function toDer(raw: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const numbers = [raw.slice(0, 32), raw.slice(32)].map((digits) => {
    let start = 0
    while (start < 31 && digits[start] === 0) start++
    const short = digits.slice(start)
    const padded = (short[0] ?? 0) > 127 ? concat(new Uint8Array([0]), short) : short
    return concat(new Uint8Array([2, padded.length]), padded)
  })
  const content = concat(...numbers)
  return concat(new Uint8Array([0x30, content.length]), content)
}
