import { sql, type SQL } from 'drizzle-orm'
import type { IssuerStore, SubjectMapping, TrustedIssuerRecord } from '../issuer-store.ts'
import { type AuditType, auditStatement, auditWritten } from './audit.ts'
import { hasAddress } from './email-keys.ts'
import { run } from './run.ts'

interface WrittenRow {
  readonly written: number
}

const columns = sql`issuer, name, jwks_uri AS jwksUri, audience, subject, created_at AS createdAt`

/** Conditions on the user `u`. */
const USERS_BY: Readonly<Record<SubjectMapping, (value: string, key: string) => SQL>> = {
  id: (value) => sql`u.id = ${value}`,
  username: (_value, key) => sql`u.username_key = ${key}`,
  email: (email, emailKey) =>
    sql`u.email_verified_at IS NOT NULL AND ${hasAddress(sql`u`, { email, emailKey })}`,
}

/** Creates the storage of trusted issuers, in D1. */
export function createIssuerStore(db: D1Database): IssuerStore {
  /** Writes with an audit event if the condition holds; the event shows whether it did. */
  async function write(
    type: AuditType,
    subject: string,
    holds: SQL,
    change: SQL,
    mark: Parameters<IssuerStore['deleteIssuer']>[1],
  ): Promise<boolean> {
    const [, , rows] = await run<[never, never, WrittenRow]>(db, [
      auditStatement({ type, actor: mark.actor, subject }, mark, holds),
      change,
      sql`SELECT ${auditWritten(type, mark)} AS written`,
    ])
    return rows[0]?.written === 1
  }
  return {
    async listIssuers() {
      const [rows] = await run<[TrustedIssuerRecord]>(db, [
        sql`SELECT ${columns} FROM trusted_issuers WHERE issuer > '' ORDER BY issuer`,
      ])
      return rows
    },
    async readIssuer(issuer) {
      const [rows] = await run<[TrustedIssuerRecord]>(db, [
        sql`SELECT ${columns} FROM trusted_issuers WHERE issuer = ${issuer}`,
      ])
      return rows[0] ?? null
    },
    async findUser(by, value, key) {
      const [rows] = await run<[{ readonly id: string }]>(db, [
        sql`SELECT u.id AS id FROM users u WHERE u.is_active = 1 AND u.deletion_at IS NULL AND ${USERS_BY[by](value, key)} LIMIT 2`,
      ])
      // An address that two accounts have proved identifies neither.
      return rows.length === 1 ? (rows[0]?.id ?? null) : null
    },
    createIssuer: ({ audience, issuer, jwksUri, name, subject }, mark) =>
      write(
        'trusted_issuer_created',
        issuer,
        sql`WHERE NOT EXISTS (SELECT 1 FROM trusted_issuers WHERE issuer = ${issuer})`,
        sql`INSERT INTO trusted_issuers (issuer, name, jwks_uri, audience, subject, created_at)
          SELECT ${issuer}, ${name}, ${jwksUri}, ${audience}, ${subject}, ${mark.now}
          WHERE ${auditWritten('trusted_issuer_created', mark)} ON CONFLICT DO NOTHING`,
        mark,
      ),
    updateIssuer: ({ audience, issuer, jwksUri, name, subject }, mark) =>
      write(
        'trusted_issuer_updated',
        issuer,
        sql`FROM trusted_issuers WHERE issuer = ${issuer}`,
        sql`UPDATE trusted_issuers SET name = ${name}, jwks_uri = ${jwksUri}, audience = ${audience}, subject = ${subject}
          WHERE issuer = ${issuer}`,
        mark,
      ),
    deleteIssuer: (issuer, mark) =>
      write(
        'trusted_issuer_deleted',
        issuer,
        sql`FROM trusted_issuers WHERE issuer = ${issuer}`,
        sql`DELETE FROM trusted_issuers WHERE issuer = ${issuer}`,
        mark,
      ),
  }
}
