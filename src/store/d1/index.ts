import { sql } from 'drizzle-orm'
import type { ImportedSecretStore } from '../import-store.ts'
import { probe, putCode, readCode } from '../kv/codes.ts'
import type { Store } from '../store.ts'
import { changePassword, readAccount, withdrawConsent } from './account.ts'
import { admitPasswordAttempt } from './attempts.ts'
import { readAuthorization, saveConsent } from './authorization.ts'
import { confirmPassword } from './confirm-password.ts'
import { readImportedSecret, replaceImportedSecret } from './import/secrets.ts'
import { issueTokens } from './issue.ts'
import { readAccessToken, readClient, readTokenAs } from './read-tokens.ts'
import { refuseCode, revokeToken } from './revoke-tokens.ts'
import { run } from './run.ts'
import { createSession, createUser, endSessions, readSession, touchSession } from './sessions.ts'

/**
 * Creates the storage of the deployable Worker: everything in D1, codes in KV.
 * @param db the D1 database, migrated
 * @param kv the KV namespace
 */
export function createStore(db: D1Database, kv: KVNamespace): Store & ImportedSecretStore {
  return {
    readClient: (proof, now) => readClient(db, proof, now),
    admitPasswordAttempt: (attempt) => admitPasswordAttempt(db, attempt),
    issueTokens: (commit) => issueTokens(db, commit),
    refuseCode: (proof, codeId, deleteExpired, request) =>
      refuseCode(db, proof, codeId, deleteExpired, request),
    revokeToken: (proof, token, deleteExpired, request) =>
      revokeToken(db, proof, token, deleteExpired, request),
    readTokenAs: (proof, token, now) => readTokenAs(db, proof, token, now),
    readAccessToken: (token, now) => readAccessToken(db, token, now),
    putCode: (id, code, lifetime) => putCode(kv, id, code, lifetime),
    readCode: (id) => readCode(kv, id),
    readAuthorization: (wanted, rule) => readAuthorization(db, wanted, rule),
    saveConsent: (consent, sessionId, request) => saveConsent(db, consent, sessionId, request),
    createSession: (session, signIn, request) => createSession(db, session, signIn, request),
    createUser: (user, session, request) => createUser(db, user, session, request),
    readSession: (id, rule) => readSession(db, id, rule),
    touchSession: (id, now) => touchSession(db, id, now),
    endSessions: (which, request) => endSessions(db, which, request),
    readAccount: (sessionId, rule) => readAccount(db, sessionId, rule),
    withdrawConsent: (consent, request) => withdrawConsent(db, consent, request),
    confirmPassword: (of, request) => confirmPassword(db, of, request),
    changePassword: (change, request) => changePassword(db, change, request),
    readImportedSecret: (proof, now) => readImportedSecret(db, proof, now),
    replaceImportedSecret: (proof, hash, request) => replaceImportedSecret(db, proof, hash, request),
    async readHealth() {
      const answers = await Promise.allSettled([
        run(db, [sql`SELECT count(*) FROM (SELECT 1 FROM scopes LIMIT 1)`]),
        probe(kv),
      ])
      return (['D1', 'KV'] as const).filter((_, index) => answers[index]?.status === 'rejected')
    },
  }
}
