import type { Provider } from '../concepts.ts'
import { type ConfigurationError, OAuthError, StorageError } from '../errors.ts'
import { pageHeaders } from './security-headers.ts'

/** Turns any thrown value into a registered error, and logs what the client must not see. */
export function toOAuthError(error: unknown, c: { get(name: 'provider'): Provider | undefined }): OAuthError {
  if (error instanceof OAuthError) {
    // An address that a stranger sent may contain anything; staff find it among the refusals, and the log has only the reason.
    const { code, detail, reason } = error
    if (detail !== undefined) console.info(`${code}: ${reason === 'redirect_mismatch' ? reason : detail}`)
    return error
  }
  const id = c.get('provider')?.request.id ?? 'unknown'
  console.error(`request ${id} failed:`, error)
  return error instanceof StorageError
    ? new OAuthError('temporarily_unavailable', 'The service is busy. Try again.', {
        headers: { 'Retry-After': '1' },
      })
    : new OAuthError('server_error', `The service failed. Request ${id}.`)
}

/**
 * Returns the page that answers every request while a setting is wrong; the log says which one.
 * @param url of the request
 */
export function configurationErrorPage(error: ConfigurationError, url: string): Response {
  console.error(`configuration error: ${error.message}`)
  const page = `<!doctype html><html lang="en"><title>configuration error</title><h1>configuration error</h1>
<p>This service is not set up correctly. Its log says which setting is wrong.</p></html>`
  return new Response(page, {
    status: 500,
    headers: { 'Content-Type': 'text/html; charset=utf-8', ...pageHeaders({}, url) },
  })
}
