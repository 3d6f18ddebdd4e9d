import type { Passkey } from '../store/passkey-store.ts'
import { ALGORITHMS } from './public-key.ts'
import type { RelyingParty } from './relying-party.ts'

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
