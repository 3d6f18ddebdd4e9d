import { sql, type SQL } from 'drizzle-orm'
import type { ClientProof, SpentOnce } from '../records.ts'
import { run, type Statement, statement, value, type Values } from './run.ts'

/** A proof as SQL: parameters of this request, or placeholders of a template. */
export interface ProofTerms {
  readonly shape: ProofShape
  readonly clientId: SQL
  /** The hash of the secret, the redirect URI, or the name of the method. */
  readonly shown: SQL
  readonly now: SQL
  /** The hash of the `jti` that is spent, and the request that spends it. */
  readonly jtiHash: SQL
  readonly spentBy: SQL
}

/** What the text of a guard depends on. */
export type ProofShape = ClientProof['method'] | 'verified once'

/** The shape of a proof. */
export function proofShape(proof: ClientProof): ProofShape {
  return spendOf(proof) ? 'verified once' : proof.method
}

/** The parameters of a proof. */
export function proofTerms(proof: ClientProof, now: number): ProofTerms {
  const { clientId, jtiHash, shown, spentBy } = proofValues(proof, now)
  return {
    shape: proofShape(proof),
    clientId: sql`${clientId}`,
    shown: sql`${shown}`,
    now: sql`${now}`,
    jtiHash: sql`${jtiHash}`,
    spentBy: sql`${spentBy}`,
  }
}

/** Placeholders for a proof of a shape in a template of `statement`; `proofValues` fills them. */
export function proofPlaces(shape: ProofShape): ProofTerms {
  const [clientId, shown, now] = [value('clientId'), value('shown'), value('now')]
  return { shape, clientId, shown, now, jtiHash: value('jtiHash'), spentBy: value('spentBy') }
}

/** The values for `proofPlaces`. */
export function proofValues(proof: ClientProof, now: number): Values {
  const spend = spendOf(proof)
  return {
    clientId: proof.clientId,
    shown: shownBy(proof),
    now,
    jtiHash: spend?.jtiHash ?? null,
    spentBy: spend?.requestId ?? null,
  }
}

/**
 * Spends a proof that may be used only once. It is the first statement of every batch whose guards contain the proof: of
 * several requests with the same proof, the guards of only one find their own request in the row, and they find it again
 * when it is sent twice.
 */
export function spendStatements(proof: ClientProof): readonly Statement[] {
  const spend = spendOf(proof)
  if (!spend) return []
  const { expiresAt, jtiHash, requestId } = spend
  return [
    statement(
      'spend',
      { jtiHash, spentBy: requestId, expiresAt },
      () => sql`INSERT INTO used_jti (jti_hash, op, expires_at)
        VALUES (${value('jtiHash')}, ${value('spentBy')}, ${value('expiresAt')}) ON CONFLICT DO NOTHING`,
    ),
  ]
}

function spendOf(proof: ClientProof): SpentOnce | undefined {
  return proof.method === 'verified' ? proof.spend : undefined
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
 * Condition: the client `c` of a statement is the one that the proof authenticates, and may act. It is part of every
 * statement of every commit, so that none relies on what another one found.
 */
export function clientGuard(terms: ProofTerms): SQL {
  return sql`(c.client_id = ${terms.clientId} AND c.disabled_at IS NULL AND ${proven(terms)})`
}

/** The same, as a condition that needs no client in the statement. */
export function clientProven(proof: ClientProof, now: number): SQL {
  return sql`EXISTS (SELECT 1 FROM clients c WHERE ${clientGuard(proofTerms(proof, now))})`
}

/**
 * Condition: the client `c` is registered for a grant type (RFC 7591 2). The column is a JSON array without spaces, and no
 * name contains a quotation mark.
 * @param quoted the name in quotation marks
 */
export function hasGrantType(quoted: SQL): SQL {
  return sql`(instr(c.grant_types, ${quoted}) > 0)`
}

/** Condition: the client `c` may get tokens that are not bound to a key (RFC 9449 5.2). */
export const mayBeBearer = sql`(json_extract(c.metadata, '$.dpop_bound_access_tokens') IS NOT 1)`

/** Condition: the client `c` may refresh tokens. */
export const mayRefresh = hasGrantType(sql`'"refresh_token"'`)

/** The method that the client `c` is registered for, with a substitute if there is none. */
function registeredMethod(otherwise: SQL): SQL {
  return sql`COALESCE(json_extract(c.metadata, '$.token_endpoint_auth_method'), ${otherwise})`
}

function proven({ jtiHash, now, shape, shown, spentBy }: ProofTerms): SQL {
  switch (shape) {
    case 'none':
      return sql`(c.type = 'public' AND ${registeredMethod(sql`'none'`)} = 'none')`
    case 'secret':
      // An imported public client may have a secret that its installations send; one that was registered here has none.
      return sql`(${registeredMethod(sql`'none'`)} IN ('client_secret_basic', 'client_secret_post', 'none')
        AND EXISTS (SELECT 1 FROM client_secrets s WHERE s.client_id = c.client_id
          AND s.secret_hash = ${shown} AND (s.expires_at IS NULL OR s.expires_at > ${now})))`
    case 'verified':
      return sql`(c.type = 'confidential' AND ${registeredMethod(shown)} = ${shown})`
    case 'verified once':
      return sql`(c.type = 'confidential' AND ${registeredMethod(shown)} = ${shown} AND EXISTS (SELECT 1 FROM used_jti j
        WHERE j.jti_hash = ${jtiHash} AND j.op = ${spentBy}))`
    case 'redirect':
      return sql`EXISTS (SELECT 1 FROM client_redirect_uris r WHERE r.client_id = c.client_id AND r.uri = ${shown})`
  }
}

/** Runs statements whose guards contain a proof; whatever the proof spends is spent first, in the same batch. See `run`. */
export async function runProven<Rows extends readonly object[]>(
  db: D1Database,
  proof: ClientProof,
  statements: readonly Statement[],
): Promise<{ [K in keyof Rows]: Rows[K][] }> {
  const spending = spendStatements(proof)
  const results = await run<object[]>(db, [...spending, ...statements])
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only the SQL knows the shape of its rows
  return results.slice(spending.length) as { [K in keyof Rows]: Rows[K][] }
}
