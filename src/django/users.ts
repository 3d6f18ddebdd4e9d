import { InvalidInputError } from '../errors.ts'
import { usernameSkeleton } from '../identity/skeleton.ts'
import { checkEmail, checkUsername, usernameKey } from '../identity/usernames.ts'
import type { ImportedUser } from '../store/import-store.ts'
import { djangoPasswordProblem } from './passwords.ts'
import {
  type DjangoContext,
  type DjangoRecord,
  importedId,
  nameId,
  NotTaken,
  readKey,
  readText,
  readTime,
} from './record.ts'

/** In place of a hash: no password matches it. */
const NO_PASSWORD = '!'
/** What to do about users who cannot sign in with what they have. */
const RESET = 'The user needs a new password: set one, with user set-password.'

/**
 * Says why a user cannot sign in with the old password, as a sentence that is the same for all such users.
 * @returns null if the user can
 */
export function passwordProblem({ fields }: DjangoRecord): string | null {
  const encoded = readText(fields['password'])
  if (encoded === '' || encoded.startsWith('!')) return `The user has no password. ${RESET}`
  const problem = djangoPasswordProblem(encoded)
  return problem && `${problem} ${RESET}`
}

/**
 * A user of Django. Superusers are staff here; what Django calls staff may have no rights at all.
 * @throws {NotTaken} the name cannot be one of ours
 */
export async function readUserRecord(record: DjangoRecord, context: DjangoContext): Promise<ImportedUser> {
  const { fields, pk } = record
  const email = readEmail(fields['email'])
  const name = readUsername(record, context)
  const username = checkName(name)
  const createdAt = Math.min(readTime(fields['date_joined']) ?? context.now, context.now)
  return {
    id: await importedId('user', pk ?? name, context),
    nameId: await nameId(name, context),
    username,
    usernameKey: usernameKey(username),
    usernameSkeleton: usernameSkeleton(username),
    email,
    emailKey: email === null ? null : usernameKey(email),
    passwordHash: passwordProblem(record) === null ? readText(fields['password']) : NO_PASSWORD,
    isStaff: fields['is_superuser'] === true,
    isActive: fields['is_active'] !== false,
    profile: JSON.stringify(profileOf(fields)),
    createdAt,
    lastSignInAt: readTime(fields['last_login']),
  }
}

/**
 * The name that a user of Django signs in with; without the option it is the username, or else the email address.
 * @throws {NotTaken} there is no such field
 */
export function readUsername({ fields }: DjangoRecord, { usernameField }: DjangoContext): string {
  const value = usernameField === null ? fields['username'] || fields['email'] : fields[usernameField]
  const name = readKey(value)
  if (name === '') throw new NotTaken(`it has nothing in its field ${usernameField ?? 'username'}`)
  return name
}

function checkName(name: string): string {
  try {
    return checkUsername(name)
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    throw new NotTaken(`its username cannot be one of ours: ${error.message}`)
  }
}

/** The address, if it is one: the rest of the user is worth more. */
function readEmail(value: unknown): string | null {
  if (readText(value) === '') return null
  try {
    return checkEmail(readText(value))
  } catch {
    return null
  }
}

/** Names as claims (OpenID Connect Core 5.1). */
function profileOf(fields: DjangoRecord['fields']): Readonly<Record<string, string>> {
  const given = readText(fields['first_name'])
  const family = readText(fields['last_name'])
  return { ...(given && { given_name: given }), ...(family && { family_name: family }) }
}
