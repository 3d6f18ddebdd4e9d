import { env } from 'cloudflare:workers'
import { SECRET } from '../support/fixture.ts'
import { sendIn } from '../support/http.ts'

export { basic } from '../support/http.ts'

/** Sends requests of clients that do not exist to one isolate, all at once. */
export async function givenRefused(count: number, salt: number): Promise<void> {
  const isolate = { ...env }
  const requests = Array.from({ length: count }, async (_, index) => {
    const body = new URLSearchParams({
      client_id: `stranger-${salt}-${index}`,
      client_secret: SECRET,
      grant_type: 'client_credentials',
    })
    return sendIn(isolate, '/oauth2/token', { method: 'POST', body })
  })
  await Promise.all(requests)
}
