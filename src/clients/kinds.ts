import type { ClientType } from '../store/records.ts'

/** A kind of client in everyday terms, which determines its initial metadata. */
export interface ClientKind {
  readonly type: ClientType
  readonly grantTypes: readonly string[]
  /** Whether it signs people in, so that it needs an address to which they return. */
  readonly signsIn: boolean
  /** The usual redirect URIs, if they are always the same. */
  readonly redirectUris?: readonly string[]
}

const SIGNS_IN = ['authorization_code', 'refresh_token'] as const

/** The kinds of client to choose from when creating one. */
export const CLIENT_KINDS = {
  /** Runs on a server, and can keep a secret. */
  web: { type: 'confidential', grantTypes: SIGNS_IN, signsIn: true },
  /** Runs in a browser or on a device, where it cannot keep a secret. */
  app: { type: 'public', grantTypes: SIGNS_IN, signsIn: true },
  /** Acts for itself, without a person. */
  service: { type: 'confidential', grantTypes: ['client_credentials'], signsIn: false },
  /** Runs on a person's machine and connects to an MCP server on that person's behalf. The port may vary (RFC 8252 7.3). */
  mcp: { type: 'public', grantTypes: SIGNS_IN, signsIn: true, redirectUris: ['http://127.0.0.1/callback'] },
} as const satisfies Readonly<Record<string, ClientKind>>

/** The name of a kind. */
export type ClientKindName = keyof typeof CLIENT_KINDS

/** Returns whether a string names a kind. */
export function isClientKind(name: string): name is ClientKindName {
  return Object.hasOwn(CLIENT_KINDS, name)
}
