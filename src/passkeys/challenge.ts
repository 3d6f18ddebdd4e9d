import type { Provider } from '../concepts.ts'
import { sha256Base64url } from '../crypto/bytes.ts'
import { seal, unseal } from '../crypto/seal.ts'
import type { ChallengeSpend } from '../store/passkey-store.ts'

/** Seconds for which a challenge can be answered. */
const LIFETIME = 300

/** The purpose of a challenge; it cannot be answered for another one. */
export type ChallengePurpose = 'sign in' | 'add' | 'confirm'

/**
 * Creates a challenge (WebAuthn Level 3 13.4.3). It is self-authenticating: its time, sealed with a random nonce for a
 * purpose and for the browser or session that gets it.
 * @param owner of the form that carries the answer
 * @returns base64url
 */
export async function makeChallenge(
  purpose: ChallengePurpose,
  owner: string,
  { keys, request }: Pick<Provider, 'keys' | 'request'>,
): Promise<string> {
  return seal(String(request.now), contextOf(purpose, owner), keys)
}

/**
 * Opens a returned challenge.
 * @returns null if we did not give it to this owner for this purpose, or it has expired
 */
export async function openChallenge(
  challenge: string,
  purpose: ChallengePurpose,
  owner: string,
  { keys, request }: Pick<Provider, 'keys' | 'request'>,
): Promise<ChallengeSpend | null> {
  const madeAt = await unseal(challenge, contextOf(purpose, owner), keys)
  const expiresAt = Number(madeAt ?? Number.NaN) + LIFETIME
  if (!(expiresAt > request.now)) return null
  return { jtiHash: await sha256Base64url(`passkey challenge\n${challenge}`), expiresAt }
}

function contextOf(purpose: ChallengePurpose, owner: string): string {
  return `passkey challenge to ${purpose} for ${owner}`
}
