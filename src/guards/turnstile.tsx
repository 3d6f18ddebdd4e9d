import type { JSX } from 'hono/jsx/jsx-runtime'
import type { FormGuard, Provider } from '../concepts.ts'
import type { Secret } from '../crypto/secret.ts'
import { ConfigurationError } from '../errors.ts'
import { FetchError } from '../outbound/fetch-json.ts'
import { postForJson } from '../outbound/post-form.ts'
import { messagesOf } from '../pages/routes/respond.ts'
import { settingsOf } from '../settings/settings.ts'
import { guardMessages } from './messages.ts'
import { GUARD_SETTINGS } from './settings.ts'

const ORIGIN = 'https://challenges.cloudflare.com'
const SCRIPT = `${ORIGIN}/turnstile/v0/api.js`
const VERIFY = `${ORIGIN}/turnstile/v0/siteverify`
/** The field in which the widget puts its result. */
const FIELD = 'cf-turnstile-response'
/** The most characters of such a token. */
const MAX_TOKEN = 2048
/** The longest that somebody who sends a form waits, in seconds. */
const TIMEOUT = 3
/** The most bytes of an answer. */
const MAX_ANSWER = 10_000
/** Errors about the service or our set-up rather than the token. */
const FAULTS = ['internal-error']

/** Cloudflare Turnstile for forms that everybody may send. Other pages do not mention it. */
export const turnstile: FormGuard = {
  origin: ORIGIN,
  render(c) {
    const keys = keysOf(c.get('provider'))
    if (!keys) return null
    const { lang } = messagesOf(c)
    return <Widget siteKey={keys.siteKey} lang={lang} noScript={guardMessages(messagesOf(c)).noScript} />
  },
  async check(c, form) {
    const keys = keysOf(c.get('provider'))
    if (!keys || (await isPerson(form.get(FIELD) ?? '', keys.secret))) return null
    const { advice, refused } = guardMessages(messagesOf(c))
    return { text: refused, advice }
  },
}

interface Keys {
  readonly siteKey: string
  readonly secret: Secret
}

/** @throws {ConfigurationError} one of the two keys is missing */
function keysOf(provider: Provider): Keys | null {
  const { turnstileSecret, turnstileSiteKey } = settingsOf(GUARD_SETTINGS, provider)
  if (turnstileSiteKey === null) return null
  if (turnstileSecret) return { siteKey: turnstileSiteKey, secret: turnstileSecret }
  throw new ConfigurationError('TURNSTILE_SECRET', 'is not set, but OAUTH_TURNSTILE_SITE_KEY is')
}

interface WidgetProps {
  readonly siteKey: string
  readonly lang: string
  readonly noScript: string
}

function Widget({ lang, noScript, siteKey }: WidgetProps): JSX.Element {
  return (
    <>
      <div
        class="cf-turnstile"
        data-sitekey={siteKey}
        data-language={lang}
        data-theme="auto"
        data-size="flexible"
      />
      <noscript>
        <p class="small">{noScript}</p>
      </noscript>
      <script src={SCRIPT} async defer />
    </>
  )
}

/**
 * Asks Cloudflare about a token, which is valid once. A form without one is refused without asking. If Cloudflare does not
 * answer, or fails itself, the form is accepted and the log says so: nobody is locked out, and the counts in D1 still apply.
 */
async function isPerson(token: string, secret: Secret): Promise<boolean> {
  if (token === '' || token.length > MAX_TOKEN) return false
  try {
    const fields = { secret: secret.reveal(), response: token }
    const answer = await postForJson(VERIFY, fields, { maxBytes: MAX_ANSWER, timeout: TIMEOUT })
    if (answer['success'] === true) return true
    const codes = Array.isArray(answer['error-codes']) ? answer['error-codes'].map(String) : []
    if (codes.some((code) => code.endsWith('input-secret')))
      console.error('Turnstile does not know TURNSTILE_SECRET:', codes.join(' ').slice(0, 200))
    if (!codes.some((code) => FAULTS.includes(code))) return false
    console.warn('Turnstile was not asked:', codes.join(' ').slice(0, 200))
  } catch (error) {
    if (!(error instanceof FetchError)) throw error
    console.warn('Turnstile was not asked:', error.message)
  }
  return true
}
