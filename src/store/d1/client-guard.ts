import { sql, type SQL } from 'drizzle-orm'
import type { ClientProof } from '../records.ts'
import { value, type Values } from './run.ts'

/** A proof as SQL: parameters of this request, or places in a template. */
export interface ProofTerms {
  readonly method: ClientProof['method']
  readonly clientId: SQL
  /** The hash of the secret, the redirect URI, or the name of the method. */
  readonly shown: SQL
  readonly now: SQL
}

/** The parameters of a proof. */
export function proofTerms(proof: ClientProof, now: number): ProofTerms {
  const { clientId, method } = proof
  return { method, clientId: sql`${clientId}`, shown: sql`${shownBy(proof)}`, now: sql`${now}` }
}

/** Places for a proof of a method in a template of `statement`; `proofValues` fills them. */
export function proofPlaces(method: ClientProof['method']): ProofTerms {
  return { method, clientId: value('clientId'), shown: value('shown'), now: value('now') }
}

/** What fills `proofPlaces`. */
export function proofValues(proof: ClientProof, now: number): Values {
  return { clientId: proof.clientId, shown: shownBy(proof), now }
}

function shownBy(proof: ClientProof): string {
  switch (proof.method) {
    case 'none':
      return ''
    case 'secret':
      return proof.secretHash
    case 'redirect':
      return proof.redirectUri
    case 'verified':
      return proof.authMethod
  }
}

/**
 * The condition under which the client `c` of a statement is the one that the proof shows, and may act. It stands in every
 * statement of every commit, so that none trusts what another one found.
 */
export function clientGuard(terms: ProofTerms): SQL {
  return sql`(c.client_id = ${terms.clientId} AND c.disabled_at IS NULL AND ${proven(terms)})`
}

/** The same as a condition that needs no client in the statement. */
export function clientProven(proof: ClientProof, now: number): SQL {
  return sql`EXISTS (SELECT 1 FROM clients c WHERE ${clientGuard(proofTerms(proof, now))})`
}

/**
 * The client `c` is registered for a grant type (RFC 7591 2). The names are a JSON array without spaces, of names without
 * quotation marks.
 * @param quoted the name between quotation marks
 */
export function hasGrantType(quoted: SQL): SQL {
  return sql`(instr(c.grant_types, ${quoted}) > 0)`
}

/** The client `c` may refresh tokens. */
export const mayRefresh = hasGrantType(sql`'"refresh_token"'`)

function proven({ method, now, shown }: ProofTerms): SQL {
  switch (method) {
    case 'none':
      return sql`c.type = 'public'`
    case 'secret':
      // A public client that was imported may have a secret that its copies send; one that was registered here has none.
      return sql`EXISTS (SELECT 1 FROM client_secrets s WHERE s.client_id = c.client_id
        AND s.secret_hash = ${shown} AND (s.expires_at IS NULL OR s.expires_at > ${now}))`
    case 'verified':
      return sql`(c.type = 'confidential'
        AND COALESCE(json_extract(c.metadata, '$.token_endpoint_auth_method'), ${shown}) = ${shown})`
    case 'redirect':
      return sql`EXISTS (SELECT 1 FROM client_redirect_uris r WHERE r.client_id = c.client_id AND r.uri = ${shown})`
  }
}
