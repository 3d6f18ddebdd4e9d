import { InvalidInputError } from '../errors.ts'
import { usernameSkeleton } from '../identity/skeleton.ts'
import { checkEmail, checkUsername, emailKey, usernameKey } from '../identity/usernames.ts'
import type { ImportedUser } from '../store/import-store.ts'
import { djangoPasswordProblem } from './known-hashes.ts'
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

/** A placeholder for a hash, which no password matches. */
const NO_PASSWORD = '!'
/** Advice for users who cannot sign in with their old password. */
const RESET = 'The user needs a new password: set one with user set-password.'

/**
 * Returns why a user cannot sign in with the old password, as a sentence that is the same for all such users.
 * @returns
 * null if the user can
 */
export function passwordProblem({ fields }: DjangoRecord): string | null {
  const encoded = readText(fields['password'])
  if (encoded === '' || encoded.startsWith('!')) return `The user has no password. ${RESET}`
  const problem = djangoPasswordProblem(encoded)
  return problem && `${problem} ${RESET}`
}

/**
 * Reads a Django user. Superusers are staff here, as Django's staff may have no rights at all.
 * @throws {NotTaken} the name is not possible here
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
    emailKey: email === null ? null : emailKey(email),
    passwordHash: passwordProblem(record) === null ? readText(fields['password']) : NO_PASSWORD,
    isStaff: fields['is_superuser'] === true,
    isActive: fields['is_active'] !== false,
    profile: JSON.stringify(profileOf(fields)),
    createdAt,
    lastSignInAt: readTime(fields['last_login']),
  }
}

/**
 * Returns the name with which a Django user signs in; by default the username, or else the email address.
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
    throw new NotTaken(`its username is not possible here: ${error.message}`)
  }
}

/** Reads the address, if it is valid; the rest of the user matters more. */
function readEmail(value: unknown): string | null {
  if (readText(value) === '') return null
  try {
    return checkEmail(readText(value))
  } catch {
    return null
  }
}

/** Returns names as claims (OpenID Connect Core 5.1). */
function profileOf(fields: DjangoRecord['fields']): Readonly<Record<string, string>> {
  const given = readText(fields['first_name'])
  const family = readText(fields['last_name'])
  return { ...(given && { given_name: given }), ...(family && { family_name: family }) }
}
