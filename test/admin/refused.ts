import { SECRET } from '../support/fixture.ts'
import { post } from '../support/http.ts'

export { basic } from '../support/http.ts'

/** Sends requests of clients that do not exist, all at once. */
export async function givenRefused(count: number, salt: number): Promise<void> {
  const requests = Array.from({ length: count }, async (_, index) =>
    post('/oauth2/token', {
      client_id: `stranger-${salt}-${index}`,
      client_secret: SECRET,
      grant_type: 'client_credentials',
    }),
  )
  await Promise.all(requests)
}
