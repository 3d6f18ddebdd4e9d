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

interface OAuthErrorOptions {
  /** A stable word that tells apart what shares a code: pages, events and tests go by it, never by the sentence. */
  readonly reason?: string
  /** For the log alone: what really happened. Never a token, code, secret or password. */
  readonly detail?: string
  /** HTTP status where it is not the code's usual one. */
  readonly status?: 400 | 401 | 403 | 405 | 421 | 429 | 500 | 503
  /** Further response headers, as `Retry-After`. */
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
 * The only exception that reaches a client: a code of the registries and one plain sentence.
 * The sentence keeps to the characters that RFC 6749 5.2 allows; others become `?`.
 */
export class OAuthError extends Error {
  readonly code: OAuthErrorCode
  readonly description: string
  /** A stable word for the rule that refuses; the code, where there is no closer one. */
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

/** A setting or a table of the provider that cannot be used. Stops every request; its message is for the log. */
export class ConfigurationError extends Error {
  /**
   * @param name what is wrong: a variable or an option
   * @param problem what it holds and what it may hold
   */
  constructor(name: string, problem: string) {
    super(`${name}: ${problem}`)
    this.name = 'ConfigurationError'
  }
}

/** A store that did not answer, even the second time. Becomes 503; nothing was decided. */
export class StorageError extends Error {
  /**
   * @param storage which part of the storage failed, as D1
   * @param cause what it threw
   */
  constructor(storage: string, cause: unknown) {
    super(`${storage} did not answer`, { cause })
    this.name = 'StorageError'
  }
}

/** What is wrong with one field of a form or one option of a command. */
export interface FieldProblem {
  /** The field, as its form or record names it. */
  readonly field: string
  /** One sentence that says what is allowed. */
  readonly message: string
}

/** Input of an operator, a form or a registration that cannot be used. Its message may be shown beside the field. */
export class InvalidInputError extends Error {
  readonly problems: readonly FieldProblem[]

  /**
   * @param field what is wrong, or every problem
   * @param message what is allowed, where `field` is one name
   */
  constructor(field: string | readonly FieldProblem[], message = '') {
    const problems = typeof field === 'string' ? [{ field, message }] : field
    super(problems.map((problem) => problem.message).join(' '))
    this.name = 'InvalidInputError'
    this.problems = problems
  }
}
