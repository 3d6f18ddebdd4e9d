import { sql, type SQL } from 'drizzle-orm'
import type { JsonObject, RequestMark } from '../records.ts'
import { auditStatement } from './audit.ts'
import { run } from './run.ts'

/**
 * The profile of a user after a change: the column `profile` with a merge patch (RFC 7396). A new phone number is not
 * verified.
 */
export function patchedProfile(patch: JsonObject): SQL {
  const text = JSON.stringify(patch)
  if (!Object.hasOwn(patch, 'phone_number')) return sql`json_patch(profile, ${text})`
  const unverified = JSON.stringify({ ...patch, phone_number_verified: null })
  return sql`json_patch(profile,
    CASE WHEN profile ->> 'phone_number' IS ${text} ->> 'phone_number' THEN ${text} ELSE ${unverified} END)`
}

/** See `OpenIdStore.saveProfile`. */
export async function saveProfile(
  db: D1Database,
  userId: string,
  patch: JsonObject,
  request: RequestMark,
): Promise<void> {
  const patched = patchedProfile(patch)
  const changes = sql`id = ${userId} AND is_active = 1 AND profile <> ${patched}`
  await run(db, [
    auditStatement(
      { type: 'user_updated', actor: userId, userId },
      request,
      sql`FROM users WHERE ${changes}`,
    ),
    sql`UPDATE users SET profile = ${patched}, profile_updated_at = ${request.now} WHERE ${changes}`,
  ])
}
