import { sha256, sortableId } from '../crypto/bytes.ts'
import type { ImportedAccessToken, ImportedConsent, ImportedRefreshToken } from '../store/import-store.ts'
import { type ImportedToken, readImportedToken } from './imported-tokens.ts'
import {
  type DjangoContext,
  type DjangoRecord,
  importedId,
  NotTaken,
  packageOf,
  readClientId,
  readKey,
  readScope,
  readText,
  readTime,
  readUser,
} from './record.ts'

type Read<T> = Omit<T, 'clientAssumed' | 'userAssumed'>

/**
 * Reads a consent of django-oauth2-provider.
 * @throws {NotTaken} see its reason
 */
export async function readConsentRecord(
  record: DjangoRecord,
  context: DjangoContext,
): Promise<Read<ImportedConsent>> {
  const { fields, model, pk } = record
  const user = await readUser(fields['user'], context)
  if (!user) throw new NotTaken('it has no user')
  return {
    id: await importedId(model, pk ?? JSON.stringify([fields['user'], fields['client']]), context),
    user,
    clientId: readClientId(fields['client'], model, context),
    scope: readScope(fields['scope'], context),
    authorizedAt: readTime(fields['authorized_at']) ?? context.now,
  }
}

/**
 * Reads an access token of either package, valid or expired.
 * @throws {NotTaken} see its reason
 */
export async function readAccessTokenRecord(
  record: DjangoRecord,
  context: DjangoContext,
): Promise<Read<ImportedAccessToken>> {
  const { fields, model } = record
  const expiresAt = readTime(fields['expires'])
  if (expiresAt === null) throw new NotTaken('it does not say when it expires')
  const alias = (await readToken(fields['token'])).access
  const name = accessTokenName(record.pk ?? alias, model, context)
  const createdAt = readCreated(fields, context)
  return {
    alias,
    name,
    grantId: await grantIdOf(name, createdAt),
    user: await readUser(fields['user'], context),
    clientId: readClientId(fields['client'] ?? fields['application'], model, context),
    scope: readScope(fields['scope'], context),
    createdAt,
    expiresAt,
  }
}

/**
 * Reads a valid refresh token of either package. Neither has an expiry.
 * @throws {NotTaken} see its reason
 */
export async function readRefreshTokenRecord(
  record: DjangoRecord,
  context: DjangoContext,
): Promise<Read<ImportedRefreshToken>> {
  const { fields, model } = record
  if (fields['expired'] === true || (fields['revoked'] ?? null) !== null) throw new NotTaken('it is spent')
  const accessToken = fields['access_token'] ?? null
  if (accessToken === null) throw new NotTaken('it has no access token, which would determine its scope')
  const user = await readUser(fields['user'], context)
  if (!user) throw new NotTaken('it has no user')
  const alias = (await readToken(fields['token'])).refresh
  const createdAt = readCreated(fields, context)
  return {
    alias,
    grantId: await grantIdOf(alias, createdAt),
    accessToken: accessTokenName(readKey(accessToken), model, context),
    user,
    clientId: readClientId(fields['client'] ?? fields['application'], model, context),
    createdAt,
    expiresAt: context.now + context.refreshTokenLifetime,
  }
}

async function readToken(value: unknown): Promise<ImportedToken> {
  const token = readText(value)
  // A shorter one could be guessed, or recovered from its hash.
  if (token.length < 20) throw new NotTaken('its token is too short to be safe')
  const read = await readImportedToken(token)
  if (!read) throw new NotTaken('its token looks like one of ours')
  return read
}

function readCreated(fields: DjangoRecord['fields'], { now }: DjangoContext): number {
  return Math.min(readTime(fields['created']) ?? now, now)
}

/** Returns the id of a grant, derived from its record, so that the same record is recognized when imported again. */
async function grantIdOf(key: string, createdAt: number): Promise<string> {
  return sortableId(createdAt * 1000, (await sha256(key)).slice(0, 10))
}

/** Returns the name by which a refresh token refers to its access token; it replaces the code of a grant. */
function accessTokenName(pk: string, model: string, { source }: DjangoContext): string {
  return `${source}:${packageOf(model)}.accesstoken:${pk}`
}
