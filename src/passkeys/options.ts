import type { Passkey } from '../store/passkey-store.ts'
import type { RelyingParty } from './relying-party.ts'

/** Algorithms with which authenticators may sign, best first: ES256, EdDSA with Ed25519, RS256 (IANA COSE algorithms). */
export const ALGORITHMS: readonly number[] = [-7, -8, -257]

/** Milliseconds that a browser waits for its user. */
const TIMEOUT = 300_000

/** Returns the options to sign in (WebAuthn Level 3 5.5). Any passkey of this relying party may answer. */
export function requestOptions(challenge: string, { id }: RelyingParty): object {
  return { challenge, rpId: id, userVerification: 'required', timeout: TIMEOUT }
}

/** Returns the options to create a passkey (WebAuthn Level 3 5.4). */
export function creationOptions(
  challenge: string,
  { id }: RelyingParty,
  user: { readonly handle: string; readonly name: string; readonly siteName: string },
  known: readonly Pick<Passkey, 'credentialId' | 'transports'>[],
): object {
  return {
    challenge,
    rp: { id, name: user.siteName },
    user: { id: user.handle, name: user.name, displayName: user.name },
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
    authenticatorSelection: {
      residentKey: 'required',
      requireResidentKey: true,
      userVerification: 'required',
    },
    excludeCredentials: known.map(({ credentialId, transports }) => ({
      type: 'public-key',
      id: credentialId,
      transports,
    })),
    attestation: 'none',
    timeout: TIMEOUT,
  }
}
