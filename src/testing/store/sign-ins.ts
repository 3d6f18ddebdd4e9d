import { randomId } from '../../crypto/bytes.ts'
import type { AuthorizationCode, Consent, IssueCommit, SessionCommit } from '../../store/records.ts'
import { equal, present } from './expect.ts'
import {
  mark,
  newGrantId,
  NOW,
  passwordCommit,
  REDIRECT_URI,
  rule,
  type SeedUser,
  signInOf,
  type World,
} from './world.ts'

/** A sign-in to save, which is valid for long. */
export function sessionCommit(user: SeedUser, fields: Partial<SessionCommit> = {}): SessionCommit {
  const userAgent = 'Browser/1.0'
  const usual = { userAgent, amr: ['pwd'], expiresAt: NOW + 10_000, replaces: null }
  return { id: randomId(), userId: user.id, ...usual, ...fields }
}

/** Signs a user in; returns the session's id. */
export async function givenSession(
  { store }: World,
  user: SeedUser,
  fields: Partial<SessionCommit> = {},
  later = 0,
): Promise<string> {
  const session = sessionCommit(user, fields)
  equal(await store.createSession(session, signInOf(user), mark(later)), true, 'createSession')
  return session.id
}

/** Lets a user consent to `web`; returns the consent's id. */
export async function givenConsent(
  world: World,
  user: SeedUser,
  sessionId: string,
  scope = 'read',
): Promise<string> {
  const consent = { userId: user.id, clientId: 'web', id: randomId(), scope, refused: '' }
  await world.store.saveConsent(consent, sessionId, mark())
  return present(await consentOf(world, sessionId), 'the consent').id
}

/** Returns the consent to `web` of a session's user. */
export async function consentOf({ store }: World, sessionId: string): Promise<Consent | null> {
  return (await store.readAuthorization({ clientId: 'web', sessionId, scopes: [] }, rule())).consent
}

/** A code from a user's consent to `web`, and a commit that redeems it. */
export async function givenCode(
  world: World,
  user: SeedUser,
): Promise<{
  readonly codeId: string
  readonly sessionId: string
  readonly redeem: (fields?: Partial<IssueCommit>) => Promise<IssueCommit>
}> {
  const sessionId = await givenSession(world, user)
  const consentId = await givenConsent(world, user, sessionId)
  const codeId = newGrantId()
  const claim = { kind: 'code', consentId, expiresAt: NOW + 600, earlierId: null } as const
  const redeem = async (fields: Partial<IssueCommit> = {}): Promise<IssueCommit> =>
    passwordCommit(user, { grantType: 'authorization_code', grantId: codeId, claim, ...fields })
  return { codeId, sessionId, redeem }
}

/** A code as it is stored. */
export async function codeOf(user: SeedUser): Promise<AuthorizationCode> {
  return {
    clientId: 'web',
    userId: user.id,
    sessionId: randomId(),
    consentId: newGrantId(),
    scope: 'read',
    redirectUri: REDIRECT_URI,
    redirectUriGiven: true,
    codeChallenge: null,
    details: { claims: { nonce: 'n' } },
    authTime: NOW,
    expiresAt: NOW + 600,
  }
}
