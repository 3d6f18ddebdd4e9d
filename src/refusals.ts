import { OAuthError } from './errors.ts'

/**
 * The refusal of a client: the same for an unknown client as for a wrong secret. The endpoint's row adds status 401 and the
 * challenge where they belong (RFC 6749 5.2).
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
 * The same, of a client that is unknown, or disabled, or did not prove itself. Whoever writes the refusal down may find out which.
 * @param method how it said who it is, see `ClientProof`
 */
export function unprovenClient({ method }: { readonly method: string }): OAuthError {
  const [reason, what] = UNPROVEN[method] ?? ['wrong_proof', 'what it proved itself by does not hold']
  return new OAuthError('invalid_client', 'Client authentication failed.', {
    reason,
    detail: `The client is unknown or disabled, or ${what}.`,
  })
}

const UNPROVEN: Readonly<Record<string, readonly [reason: string, what: string]>> = {
  none: ['missing_secret', 'it has a secret and did not send it'],
  secret: ['wrong_secret', 'its secret is wrong'],
}

/** Letters that are not seen, that turn the direction of their neighbours, or that end a quotation. */
const ESCAPED = /["\\\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}]/gu
/** Tokens, codes and secrets of this provider, and tokens of many others, wherever they were put by mistake. */
const SECRET = /(?<![\w-])[\w-]{43}(?![\w-])|\b(?:at|rt|ac|se|sk|pk)_[\w-]{8,}|\beyJ[\w-]+\.[\w.-]+/g

/**
 * Writes down a value that somebody sent, for the log and for staff: in quotation marks, cut, with whatever is not seen as its
 * number; what looks like a token is left out.
 * @param length of the value, in characters
 */
export function shown(value: string, length = 100): string {
  const plain = value.slice(0, 4 * length).replaceAll(SECRET, '...')
  const letters = Array.from(plain)
  const cut = letters.length > length ? `${letters.slice(0, length).join('')}...` : plain
  const safe = cut.replaceAll(ESCAPED, (letter) => `\\u{${(letter.codePointAt(0) ?? 0).toString(16)}}`)
  return `"${safe}"`
}

/**
 * The refusal of a grant (RFC 6749 5.2). One sentence for every reason: an attacker learns none of them.
 * @param detail the reason, for the log
 */
export function invalidGrant(detail: string): OAuthError {
  return new OAuthError(
    'invalid_grant',
    'The grant is invalid, expired, revoked or was issued to another client.',
    { detail },
  )
}

/** The refusal of a grant type that the client is not registered for (RFC 6749 5.2). */
export function unauthorizedGrantType(): OAuthError {
  return new OAuthError('unauthorized_client', 'The client may not use this grant type.', {
    reason: 'grant_type_not_registered',
  })
}

/** The refusal of a scope that is unknown, too wide, or of which nothing is left (RFC 6749 5.2). */
export function invalidScope(): OAuthError {
  return new OAuthError('invalid_scope', 'Invalid scope.')
}
