import { OAuthError } from './errors.ts'

/**
 * Returns the refusal of a client, the same for an unknown client as for a wrong secret. The endpoint's row adds status 401
 * and the challenge if needed (RFC 6749 5.2).
 * @param detail the reason, for the log
 */
export function invalidClient(detail?: string): OAuthError {
  return new OAuthError(
    'invalid_client',
    'Client authentication failed.',
    detail === undefined ? {} : { detail },
  )
}

/**
 * Returns the same for a client that is unknown or disabled, or failed to authenticate. The note of the refusal finds out which.
 * @param method how it authenticated, see `ClientProof`
 */
export function unprovenClient({ method }: { readonly method: string }): OAuthError {
  const [reason, what] = UNPROVEN[method] ?? ['wrong_proof', 'its proof is invalid']
  return new OAuthError('invalid_client', 'Client authentication failed.', {
    reason,
    detail: `The client is unknown or disabled, or ${what}.`,
  })
}

const UNPROVEN: Readonly<Record<string, readonly [reason: string, what: string]>> = {
  none: ['missing_secret', 'it has a secret and did not send it'],
  secret: ['wrong_secret', 'its secret is wrong'],
}

/** Characters that are invisible, change the direction of text, or end a quotation. */
const ESCAPED = /["\\\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}]/gu
/** Tokens, codes and secrets of this provider, and tokens of many others, in places where they were put by mistake. */
const SECRET = /(?<![\w-])[\w-]{43}(?![\w-])|\b(?:at|rt|ac|se|pr|dc|sk|pk)_[\w-]{8,}|\beyJ[\w-]+\.[\w.-]+/g

/** Quotes a value that somebody sent; see `legible`. */
export function shown(value: string, length = 100): string {
  return `"${legible(value, length)}"`
}

/**
 * Returns what somebody sent, or a text that repeats it, for the log and for staff: cut, with invisible characters escaped, and
 * without anything that looks like a token.
 * @param length the most characters to show
 */
export function legible(value: string, length: number): string {
  const plain = value.slice(0, 4 * length).replaceAll(SECRET, '...')
  const letters = Array.from(plain)
  const cut = letters.length > length ? `${letters.slice(0, length).join('')}...` : plain
  return cut.replaceAll(ESCAPED, (letter) => `\\u{${(letter.codePointAt(0) ?? 0).toString(16)}}`)
}

/**
 * Returns the refusal of a grant (RFC 6749 5.2), with one sentence for every reason, so that an attacker learns none of them.
 * @param detail the reason, for the log
 */
export function invalidGrant(detail: string): OAuthError {
  return new OAuthError(
    'invalid_grant',
    'The grant is invalid, expired, revoked or was issued to another client.',
    { detail },
  )
}

/** Returns the refusal of a grant type that the client is not registered for (RFC 6749 5.2). */
export function unauthorizedGrantType(): OAuthError {
  return new OAuthError('unauthorized_client', 'The client may not use this grant type.', {
    reason: 'grant_type_not_registered',
  })
}

/**
 * Returns the refusal of somebody who asks too often.
 * @param sentence what it was too much of
 * @param seconds until it is worth asking again; at least one is named
 * @param reason a stable word for it
 */
export function tooMany(sentence: string, seconds: number, reason = 'too_many_attempts'): OAuthError {
  return new OAuthError('temporarily_unavailable', sentence, {
    reason,
    status: 429,
    headers: { 'Retry-After': String(Math.max(1, seconds)) },
  })
}

/** Returns the refusal of a scope that is unknown, too wide, or narrowed to nothing (RFC 6749 5.2). */
export function invalidScope(): OAuthError {
  return new OAuthError('invalid_scope', 'Invalid scope.')
}

/**
 * Returns the refusal of a resource that is malformed, unknown, or not one of the grant's (RFC 8707 2).
 * @param description what is wrong with it
 */
export function invalidTarget(description: string): OAuthError {
  return new OAuthError('invalid_target', description)
}
