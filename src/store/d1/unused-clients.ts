import { sql, type SQL } from 'drizzle-orm'

/**
 * Marks the used ones among some clients, and deletes the others, children first. The last statement returns a row for each
 * deleted client. Every statement checks for itself whether a client is used, as the query returns other clients once some
 * are marked.
 * @param table with the columns `client_id` and `used_at`
 * @param due a query of the ids of some unmarked
 * clients
 */
export function forgetStatements(table: SQL, due: SQL, now: number): SQL[] {
  const unused = sql`(SELECT n.client_id FROM ${due} n WHERE NOT ${isUsed})`
  return [
    sql`UPDATE ${table} AS n SET used_at = ${now} WHERE n.client_id IN ${due} AND ${isUsed}`,
    sql`DELETE FROM client_redirect_uris WHERE client_id IN ${unused}`,
    sql`DELETE FROM client_secrets WHERE client_id IN ${unused}`,
    sql`DELETE FROM refusals WHERE client_id IN ${unused}`,
    sql`DELETE FROM clients WHERE client_id IN ${unused}`,
    sql`DELETE FROM ${table} WHERE client_id IN ${unused} RETURNING client_id`,
  ]
}

/** Condition: somebody has allowed the client `n` something, or it has had its own tokens. */
const isUsed = sql`(EXISTS (SELECT 1 FROM grants x WHERE x.client_id = n.client_id)
  OR EXISTS (SELECT 1 FROM authorized_clients a WHERE a.client_id = n.client_id))`
