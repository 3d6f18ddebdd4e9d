/**
 * Error codes that reach a client, grouped by the document that registers them.
 */
export type OAuthErrorCode =
  // RFC 6749 4.1.2.1 and 5.2
  | 'access_denied'
  | 'invalid_client'
  | 'invalid_grant'
  | 'invalid_request'
  | 'invalid_scope'
  | 'server_error'
  | 'temporarily_unavailable'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'unsupported_response_type'
  // RFC 6750 3.1
  | 'insufficient_scope'
  | 'invalid_token'
  // RFC 7591 3.2.2
  | 'invalid_client_metadata'
  | 'invalid_redirect_uri'
  // RFC 8628 3.5
  | 'authorization_pending'
  | 'expired_token'
  | 'slow_down'
  // RFC 9449 12.2
  | 'invalid_dpop_proof'
  | 'use_dpop_nonce'
  // RFC 8707 2
  | 'invalid_target'
  // RFC 9470 3
  | 'insufficient_user_authentication'
  // OpenID Connect Core 3.1.2.6
  | 'consent_required'
  | 'invalid_request_object'
  | 'invalid_request_uri'
  | 'login_required'
  | 'request_not_supported'
  | 'registration_not_supported'
  | 'request_uri_not_supported'
  // OpenID Connect Core Error Code unmet_authentication_requirements 3
  | 'unmet_authentication_requirements'

interface OAuthErrorOptions {
  /** A stable word that distinguishes errors with the same code; pages, events and tests use it, never the sentence. */
  readonly reason?: string
  /** What really happened, only for the log. Never contains a token, code, secret or password. */
  readonly detail?: string
  /** HTTP status, if it is not the code's usual one. */
  readonly status?: 400 | 401 | 403 | 405 | 421 | 429 | 500 | 503
  /** Further response headers, such as `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>>
}

const STATUS: Partial<Record<OAuthErrorCode, 401 | 403 | 500 | 503>> = {
  insufficient_scope: 403,
  insufficient_user_authentication: 401,
  invalid_token: 401,
  server_error: 500,
  temporarily_unavailable: 503,
}

/**
 * The only exception that reaches a client: a registered code and one plain sentence. The sentence uses only characters that
 * RFC 6749 5.2 allows; others become `?`.
 */
export class OAuthError extends Error {
  readonly code: OAuthErrorCode
  readonly description: string
  /** A stable word for the rule that was broken; the code, if there is no more specific one. */
  readonly reason: string
  readonly detail: string | undefined
  readonly status: 400 | 401 | 403 | 405 | 421 | 429 | 500 | 503
  readonly headers: Readonly<Record<string, string>>

  constructor(code: OAuthErrorCode, description: string, options: OAuthErrorOptions = {}) {
    super(`${code}: ${description}`)
    this.name = 'OAuthError'
    this.code = code
    this.description = description.replaceAll(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, '?')
    this.reason = options.reason ?? code
    this.detail = options.detail
    this.status = options.status ?? STATUS[code] ?? 400
    this.headers = options.headers ?? {}
  }
}

/** An invalid setting or table of the provider. It stops every request; its message is for the log. */
export class ConfigurationError extends Error {
  /**
   * @param name of the variable or option
   * @param problem its value, and what is allowed
   */
  constructor(name: string, problem: string) {
    super(`${name}: ${problem}`)
    this.name = 'ConfigurationError'
  }
}

/** The storage failed to answer twice. The answer is 503; nothing was decided. */
export class StorageError extends Error {
  /**
   * @param storage which part of the storage failed, such as D1
   * @param cause what it threw
   */
  constructor(storage: string, cause: unknown) {
    super(`${storage} did not answer`, { cause })
    this.name = 'StorageError'
  }
}

/** A problem with one field of a form or one option of a command. */
export interface FieldProblem {
  /** The field, as its form or record names it. */
  readonly field: string
  /** One sentence that says what is allowed. */
  readonly message: string
}

/** Invalid input of an operator, a form or a registration. Its message may be shown beside the field. */
export class InvalidInputError extends Error {
  readonly problems: readonly FieldProblem[]

  /**
   * @param field its name, or a list of all problems
   * @param message what is allowed, if `field` is one name
   */
  constructor(field: string | readonly FieldProblem[], message = '') {
    const problems = typeof field === 'string' ? [{ field, message }] : field
    super(problems.map((problem) => problem.message).join(' '))
    this.name = 'InvalidInputError'
    this.problems = problems
  }
}
