import type { JsonObject } from '../django/json-objects.ts'

/** The name of Keycloak's user records in reports. */
export const KEYCLOAK_USER = 'keycloak.user'

type Fields = Readonly<Record<string, unknown>>

/**
 * Turns the export of a Keycloak realm, or of its users, into user records for the importer. Users that represent a client
 * (service accounts) are skipped, as nobody signs in as one.
 */
export async function* keycloakRecords(objects: AsyncIterable<JsonObject>): AsyncGenerator<JsonObject> {
  for await (const { offset, value } of objects) {
    const users = Array.isArray(value['users']) ? value['users'].map(fieldsOf) : [value]
    for (const user of users) {
      if (typeof user['serviceAccountClientId'] === 'string') continue
      const known = typeof user['id'] === 'string' && typeof user['username'] === 'string'
      yield {
        offset,
        value: known ? { model: KEYCLOAK_USER, pk: user['id'], fields: readFields(user) } : user,
      }
    }
  }
}

function readFields(user: Fields): Fields {
  const { createdTimestamp } = user
  return {
    username: user['username'],
    email: user['email'],
    password: passwordOf(user),
    first_name: user['firstName'],
    last_name: user['lastName'],
    date_joined:
      typeof createdTimestamp === 'number' && Math.abs(createdTimestamp) <= 8.64e15
        ? new Date(createdTimestamp).toISOString()
        : null,
    is_active: user['enabled'] !== false,
  }
}

/** Returns the hash in the importer's format, or only the algorithm's name, which the report then names. */
function passwordOf(user: Fields): string {
  const credentials = Array.isArray(user['credentials']) ? user['credentials'].map(fieldsOf) : []
  const found = credentials.find(({ type }) => type === 'password')
  if (!found) return ''
  const secret = parse(found['secretData'])
  const data = parse(found['credentialData'])
  const [algorithm, value, salt] = [data['algorithm'], secret['value'], secret['salt']].map(String)
  const digest = /^pbkdf2(?:-(sha256|sha512))?$/.exec(algorithm ?? '')
  if (digest) return ['pbkdf2', digest[1] ?? 'sha1', data['hashIterations'], salt, value].join('$')
  if (algorithm === 'argon2') return argon2(data, `${salt}$${value}`)
  return algorithm === 'bcrypt' ? `bcrypt$${value}` : `${algorithm}$`
}

/** Keycloak's `hashIterations` are the rounds of Argon2; its other parameters are lists with one string each. */
function argon2(data: Fields, saltAndHash: string): string {
  const more = fieldsOf(data['additionalParameters'])
  const first = (name: string): string => String([more[name]].flat()[0])
  const version = first('version') === '1.3' ? 19 : 16
  const cost = `m=${first('memory')},t=${String(data['hashIterations'])},p=${first('parallelism')}`
  return `argon2$argon2${first('type')}$v=${version}$${cost}$${saltAndHash.replaceAll('=', '')}`
}

/** Parses JSON within a JSON string. */
function parse(text: unknown): Fields {
  try {
    return typeof text === 'string' ? fieldsOf(JSON.parse(text)) : {}
  } catch {
    return {}
  }
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {}
}
