import type { Mail } from 'edge-oauth2-provider'

/**
 * Makes a function that sends by an HTTP API of Resend's shape, which several services have: one POST of JSON with a bearer key.
 * Give it to the feature: `mail({ send: async (mail, { bindings }) => sendByApi(bindings.MAIL_KEY)(mail) })`.
 * @param key a secret of the Worker
 * @param url the API's address
 */
export function sendByApi(key: string, url = 'https://api.resend.com/emails'): (mail: Mail) => Promise<void> {
  return async ({ from, html, subject, text, to }) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
      // The name is quoted, as it may hold a comma.
      body: JSON.stringify({
        from: `"${from.name.replaceAll(/["\\]/g, '')}" <${from.email}>`,
        to: [to],
        subject,
        text,
        html,
      }),
      signal: AbortSignal.timeout(10_000),
    })
    await response.body?.cancel()
    // The answer may repeat the mail, so it is not told: the log must not hold it.
    if (!response.ok) throw new Error(`The mail service answered with status ${response.status}.`)
  }
}
