import type {
  Client,
  ClientProof,
  ConsentCommit,
  GrantDetails,
  RequestMark,
  ScopeDescription,
  Session,
} from './records.ts'

/** A device that asks for access. */
export interface NewDeviceCode {
  readonly proof: ClientProof
  /** The grant type that the client must have. */
  readonly grantType: string
  /** See `sortableId`; also the id of the grant. */
  readonly id: string
  /** A keyed hash of the code that the person enters. */
  readonly userCodeHash: string
  /** The requested scope, names separated by spaces; empty for the default. */
  readonly scope: string
  /** Keys of the resources that it names (RFC 8707). */
  readonly resource: readonly string[]
  /** Names to look up in the scope table; the client's own are included. */
  readonly scopes: readonly string[]
  readonly expiresAt: number
  /** Seconds between two polls. */
  readonly interval: number
  /** The limit for devices of public clients: a keyed hash of the network, and how many it may start in a window. */
  readonly throttle: { readonly key: string; readonly limit: number; readonly window: number }
}

/** The result of starting a device. */
export interface DeviceCodeOutcome {
  /** Null if the proof is invalid. */
  readonly client: Client | null
  /** Rows of the scope table for the requested names. */
  readonly scopes: readonly ScopeDescription[]
  /** When the network may start another, in seconds since 1970; null if it may now. */
  readonly limitedUntil: number | null
  /** False if another waiting device has the same user code. */
  readonly isKept: boolean
}

/** What a poll finds. */
export interface DevicePoll {
  readonly expiresAt: number
  /** Whether it came too early. */
  readonly isHurried: boolean
  /** The person's answer; null if there is none yet. */
  readonly answer:
    | { readonly kind: 'denied' }
    | {
        readonly kind: 'approved'
        readonly userId: string
        readonly consentId: string
        readonly scope: string
        readonly authTime: number
        readonly sessionId: string
        /** What else the grant keeps. */
        readonly details: GrantDetails | null
      }
    | null
}

/** A waiting device, as the person sees it. */
export interface WaitingDevice {
  readonly id: string
  readonly clientId: string
  /** Empty for the default. */
  readonly scope: string
  /** Identifiers of the requested resources. */
  readonly resource: readonly string[]
  readonly createdAt: number
  readonly network: string | null
}

/** Guesses of user codes, which count against the user and the network. */
export interface UserCodeAttempt {
  /** Hashes of the code, one for each key that may have created it. */
  readonly hashes: readonly string[]
  readonly keys: { readonly account: string; readonly network: string }
  readonly limits: { readonly account: number; readonly network: number }
  readonly window: number
}

/** What the device flow needs from a storage. Each call is one round trip. */
export interface DeviceStore {
  /**
   * Authenticates the client, saves its device, and reads what checking the scope needs. The device is saved before it is
   * checked; if its request is refused, it stays under codes that nobody learns.
   */
  start(device: NewDeviceCode, request: RequestMark): Promise<DeviceCodeOutcome>

  /**
   * Counts a poll of a device, in one statement.
   * @returns null if the proof is invalid, or the client lacks the grant type or has no such device
   */
  poll(
    device: { readonly id: string; readonly proof: ClientProof; readonly grantType: string },
    request: RequestMark,
  ): Promise<DevicePoll | null>

  /** Finds a waiting device by its user code; a code that finds nothing counts as a guess. */
  find(
    attempt: UserCodeAttempt,
    request: RequestMark,
  ): Promise<{ readonly device: WaitingDevice | null; readonly limitedUntil: number | null }>

  /**
   * Saves the person's answer, if the session is valid and there is no answer yet: an approval, or a refusal if `approval`
   * is null.
   * @returns false if the device is no longer waiting
   */
  answer(
    deviceId: string,
    session: Session,
    approval: { readonly consent: ConsentCommit; readonly details: GrantDetails | null } | null,
    request: RequestMark,
  ): Promise<boolean>

  /**
   * Deletes devices that expired before a time.
   * @returns how many
   */
  expire(before: number, limit: number): Promise<number>
}
