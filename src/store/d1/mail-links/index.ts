import { sql } from 'drizzle-orm'
import type { MailLinkStore } from '../../mail-links.ts'
import { isMarked } from '../email-keys.ts'
import { run } from '../run.ts'
import { readAddress, verifyAddress } from './address.ts'
import { askForMail } from './ask.ts'
import { readReset, resetPassword } from './reset.ts'
import { signInByMail } from './sign-in.ts'

/** Creates the storage of mail links, in D1. */
export function createMailLinkStore(db: D1Database): MailLinkStore {
  return {
    askForMail: (ask, request) => askForMail(db, ask, request),
    readAddress: (sessionId, linkId, rule) => readAddress(db, sessionId, linkId, rule),
    verifyAddress: (link, request) => verifyAddress(db, link, request),
    readReset: (id, rule) => readReset(db, id, rule),
    resetPassword: (reset, request) => resetPassword(db, reset, request),
    signInByMail: (link, request) => signInByMail(db, link, request),
    async listStaleEmailKeys(limit) {
      const [rows] = await run<[{ id: string; email: string }]>(db, [
        sql`SELECT id, email FROM users WHERE ${isStale} AND email IS NOT NULL LIMIT ${limit}`,
      ])
      return rows
    },
    async saveEmailKeys(keys) {
      const given = sql`json_each(${JSON.stringify(keys)})`
      await run(db, [
        // A user who has proved an address takes precedence over one who has merely typed it.
        sql`UPDATE users SET email_key = NULL WHERE email_verified_at IS NULL AND email_key IN (
          SELECT k.value ->> 'emailKey' FROM ${given} k JOIN users o ON o.id = k.value ->> 'id'
          WHERE o.email_verified_at IS NOT NULL AND ${isMarked(sql`o`)})`,
        sql`UPDATE OR IGNORE users SET email_key = k.value ->> 'emailKey' FROM ${given} k
          WHERE users.id = k.value ->> 'id' AND ${isStale}`,
        sql`UPDATE users SET email_key = NULL WHERE ${isStale} AND id IN (SELECT k.value ->> 'id' FROM ${given} k)`,
      ])
    },
    async removeMailLinks(limit, now) {
      await run(db, [
        sql`DELETE FROM mail_links WHERE id IN (SELECT l.id FROM mail_links l WHERE l.expires_at <= ${now} LIMIT ${limit})`,
      ])
    },
  }
}

const isStale = isMarked(sql`users`)
