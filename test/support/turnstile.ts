/**
 * Cloudflare's siteverify, as the internet of the tests has it: it answers the published test keys as Cloudflare does
 * (https://developers.cloudflare.com/turnstile/troubleshooting/testing/), and knows no other secret.
 */
export const SITEVERIFY = 'https://challenges.cloudflare.com/turnstile/v0/siteverify'

/** The published test keys. */
export const TEST_KEYS = {
  siteKey: '1x00000000000000000000AA',
  passes: '1x0000000000000000000000000000000AA',
  fails: '2x0000000000000000000000000000000AA',
  spent: '3x0000000000000000000000000000000AA',
} as const
/** What the widgets of the test keys put into a form. */
export const DUMMY_TOKEN = 'XXXX.DUMMY.TOKEN.XXXX'

const ANSWERS: Readonly<Record<string, readonly string[]>> = {
  [TEST_KEYS.passes]: [],
  [TEST_KEYS.fails]: ['invalid-input-response'],
  [TEST_KEYS.spent]: ['timeout-or-duplicate'],
}

/** Answers a request for `SITEVERIFY`. */
export async function siteverify(request: Request): Promise<Response> {
  const form = request.method === 'POST' ? new URLSearchParams(await request.text()) : new URLSearchParams()
  const names = [...form.keys()].filter((name) => name !== 'secret' && name !== 'response')
  if (names.length > 0) throw new Error(`Cloudflare is told more than it needs: ${names.join(' ')}`)
  const errors = errorsOf(form.get('secret'), form.get('response'))
  return Response.json({
    success: errors.length === 0,
    'error-codes': errors,
    ...(errors.length === 0 && { challenge_ts: new Date().toISOString(), hostname: 'example.com' }),
  })
}

function errorsOf(secret: string | null, token: string | null): readonly string[] {
  if (!secret) return ['missing-input-secret']
  if (!token) return ['missing-input-response']
  const known = ANSWERS[secret]
  if (!known) return ['invalid-input-secret']
  return token === DUMMY_TOKEN ? known : ['invalid-input-response']
}
