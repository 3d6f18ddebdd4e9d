import { sql, type SQL } from 'drizzle-orm'
import type { OperatorMark } from '../admin-store.ts'
import type { SignInProvider, SignInProviderRecord, SignInProviderStore } from '../sign-in-provider-store.ts'
import { type AuditType, auditStatement, auditWritten } from './audit.ts'
import { confirmSession, linkToUser, readLinks, spendState, unlink } from './linked-accounts.ts'
import { signInLinked } from './linked-sign-in.ts'
import { columnsOf, run } from './run.ts'

type ProviderRow = Omit<
  SignInProviderRecord,
  'countsAsFresh' | 'createsAccounts' | 'isEnabled' | 'trustsAddresses'
> & {
  readonly trustsAddresses: number
  readonly createsAccounts: number
  readonly countsAsFresh: number
  readonly isEnabled: number
}
interface WrittenRow {
  readonly written: number
}

/** Creates the storage of sign-in with other providers, in D1. */
export function createSignInProviderStore(db: D1Database): SignInProviderStore {
  /** Writes with an audit event if the condition holds; the event shows whether it did. */
  async function write(
    type: AuditType,
    id: string,
    holds: SQL,
    changes: readonly SQL[],
    mark: OperatorMark,
  ): Promise<boolean> {
    const results = await run<WrittenRow[]>(db, [
      auditStatement({ type, actor: mark.actor, subject: id }, mark, holds),
      ...changes,
      sql`SELECT ${auditWritten(type, mark)} AS written`,
    ])
    return results.at(-1)?.[0]?.written === 1
  }
  return {
    async listProviders() {
      const [rows] = await run<[ProviderRow]>(db, [
        sql`SELECT ${columnsOf('p', 'id kind name icon issuer')}, p.client_id AS clientId,
            p.sealed_secret AS sealedSecret, p.scope AS scope, p.trusts_addresses AS trustsAddresses, p.domains AS domains,
            p.creates_accounts AS createsAccounts, p.counts_as_fresh AS countsAsFresh, p.is_enabled AS isEnabled, p.created_at AS createdAt, p.updated_at AS updatedAt,
            (SELECT count(*) FROM linked_accounts l WHERE l.provider_id = p.id) AS linked
          FROM sign_in_providers p ORDER BY p.id`,
      ])
      return rows.map((row) => ({
        ...row,
        trustsAddresses: row.trustsAddresses === 1,
        createsAccounts: row.createsAccounts === 1,
        countsAsFresh: row.countsAsFresh === 1,
        isEnabled: row.isEnabled === 1,
      }))
    },
    createProvider: (provider, sealedSecret, mark) =>
      write(
        'sign_in_provider_created',
        provider.id,
        sql`WHERE NOT EXISTS (SELECT 1 ${known(provider.id)})`,
        [insertProvider(provider, sealedSecret, mark)],
        mark,
      ),
    async updateProvider(provider, sealedSecret, seenAt, mark) {
      const { id } = provider
      const seen = sql`id = ${id} AND updated_at = ${seenAt}`
      const results = await run<(WrittenRow & { readonly known: number })[]>(db, [
        auditStatement(
          { type: 'sign_in_provider_updated', actor: mark.actor, subject: id },
          mark,
          sql`FROM sign_in_providers WHERE ${seen}`,
        ),
        sql`UPDATE sign_in_providers SET name = ${provider.name}, icon = ${provider.icon}, client_id = ${provider.clientId},
          sealed_secret = COALESCE(${sealedSecret}, sealed_secret), scope = ${provider.scope},
          trusts_addresses = ${provider.trustsAddresses}, domains = ${provider.domains},
          creates_accounts = ${provider.createsAccounts}, counts_as_fresh = ${provider.countsAsFresh}, is_enabled = ${provider.isEnabled},
          updated_at = max(${mark.now}, updated_at + 1) WHERE ${seen}`,
        sql`SELECT ${auditWritten('sign_in_provider_updated', mark)} AS written, EXISTS (SELECT 1 ${known(id)}) AS known`,
      ])
      const answer = results.at(-1)?.[0]
      if (answer?.written === 1) return 'updated'
      return answer?.known === 1 ? 'stale' : 'gone'
    },
    deleteProvider: (id, mark) =>
      write(
        'sign_in_provider_deleted',
        id,
        known(id),
        [
          sql`DELETE FROM linked_accounts WHERE provider_id = ${id}`,
          sql`DELETE FROM sign_in_providers WHERE id = ${id}`,
        ],
        mark,
      ),
    spendState: (state, request) => spendState(db, state, request),
    signIn: (signIn, request) => signInLinked(db, signIn, request),
    link: (identity, to, request) => linkToUser(db, identity, to, request),
    confirm: (identity, session, request) => confirmSession(db, identity, session, request),
    readLinks: (sessionId, rule) => readLinks(db, sessionId, rule),
    unlink: (link, ways, request) => unlink(db, link, ways, request),
  }
}

function known(id: string): SQL {
  return sql`FROM sign_in_providers WHERE id = ${id}`
}

function insertProvider(provider: SignInProvider, sealedSecret: string | null, mark: OperatorMark): SQL {
  return sql`INSERT INTO sign_in_providers (id, kind, name, icon, issuer, client_id, sealed_secret, scope, trusts_addresses, domains,
      creates_accounts, counts_as_fresh, is_enabled, created_at, updated_at)
    SELECT ${provider.id}, ${provider.kind}, ${provider.name}, ${provider.icon}, ${provider.issuer}, ${provider.clientId},
      ${sealedSecret}, ${provider.scope}, ${provider.trustsAddresses}, ${provider.domains}, ${provider.createsAccounts},
      ${provider.countsAsFresh}, ${provider.isEnabled}, ${mark.now}, ${mark.now}
    WHERE ${auditWritten('sign_in_provider_created', mark)} ON CONFLICT DO NOTHING`
}
