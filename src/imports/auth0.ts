import type { JsonObject } from '../django/json-objects.ts'

/** The name of Auth0's user records in reports. */
export const AUTH0_USER = 'auth0.user'

/**
 * Reads the hashes that Auth0's support exports: lines with `_id` and `passwordHash`.
 * @returns hashes by user id
 */
export async function readAuth0Hashes(
  objects: AsyncIterable<JsonObject>,
): Promise<ReadonlyMap<string, string>> {
  const hashes = new Map<string, string>()
  for await (const { value } of objects) {
    const { passwordHash } = value
    const id = idOf(value)
    if (id !== null && typeof passwordHash === 'string') hashes.set(id, passwordHash)
  }
  return hashes
}

/**
 * Turns lines of Auth0's export of users, or of its hashes, into user records for the importer.
 * @param hashes of users
 * whose lines contain none
 */
export async function* auth0Records(
  objects: AsyncIterable<JsonObject>,
  hashes: ReadonlyMap<string, string>,
): AsyncGenerator<JsonObject> {
  for await (const { offset, value } of objects) {
    const id = idOf(value)
    const hash = value['passwordHash'] ?? (id === null ? undefined : hashes.get(id))
    const fields = {
      username: value['username'],
      email: value['email'],
      password: typeof hash === 'string' ? `bcrypt$${hash}` : '',
      first_name: value['given_name'],
      last_name: value['family_name'],
      date_joined: value['created_at'],
      last_login: value['last_login'],
      is_active: value['blocked'] !== true,
    }
    yield { offset, value: id === null ? value : { model: AUTH0_USER, pk: id, fields } }
  }
}

/** Returns `user_id` from the export of users, or `_id` from that of hashes, which lacks the connection's strategy. */
function idOf({ _id: id, user_id: userId }: JsonObject['value']): string | null {
  if (typeof userId === 'string' && userId !== '') return userId
  const bare = typeof id === 'object' && id !== null && '$oid' in id ? id.$oid : id
  return typeof bare === 'string' && bare !== '' ? `auth0|${bare}` : null
}
