import { sql, type SQL } from 'drizzle-orm'
import type { ClientProof } from '../records.ts'

/**
 * The condition under which the client `c` of a statement is the one that the proof shows, and may act. It stands in every
 * statement of every commit, so that none trusts what another one found.
 */
export function clientGuard(proof: ClientProof, now: number): SQL {
  return sql`(c.client_id = ${proof.clientId} AND c.disabled_at IS NULL AND ${proven(proof, now)})`
}

/** The same as a condition that needs no client in the statement. */
export function clientProven(proof: ClientProof, now: number): SQL {
  return sql`EXISTS (SELECT 1 FROM clients c WHERE ${clientGuard(proof, now)})`
}

/** The client `c` is registered for a grant type (RFC 7591 2). */
export function hasGrantType(grantType: string): SQL {
  return sql`EXISTS (SELECT 1 FROM json_each(c.grant_types) WHERE json_each.value = ${grantType})`
}

function proven(proof: ClientProof, now: number): SQL {
  switch (proof.method) {
    case 'none':
      return sql`c.type = 'public'`
    case 'secret':
      // A public client that was imported may have a secret that its copies send; one that was registered here has none.
      return sql`EXISTS (SELECT 1 FROM client_secrets s WHERE s.client_id = c.client_id
        AND s.secret_hash = ${proof.secretHash} AND (s.expires_at IS NULL OR s.expires_at > ${now}))`
    case 'verified':
      return sql`c.type = 'confidential'
        AND COALESCE(json_extract(c.metadata, '$.token_endpoint_auth_method'), ${proof.authMethod}) = ${proof.authMethod}`
    case 'redirect':
      return sql`EXISTS (SELECT 1 FROM client_redirect_uris r WHERE r.client_id = c.client_id AND r.uri = ${proof.redirectUri})`
  }
}
