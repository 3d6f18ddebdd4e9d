import type { Feature, PossessionProof, Provider, ProvenKey } from '../concepts.ts'
import { OAuthError } from '../errors.ts'
import { settingsOf } from '../settings/settings.ts'
import { checkBinding, dpopParameters, readBinding } from './authorize.ts'
import { checkNonce, currentNonce } from './nonce.ts'
import { invalidProof, PROOF_ALGORITHMS, type VerifiedProof, verifyProof } from './proof.ts'
import { useProof } from './replay.ts'
import { DPOP_SETTINGS } from './settings.ts'

export { dpopProofs } from './resource.ts'

/** Options of the feature; its variables set the rest. */
export interface DpopOptions {
  readonly dpopRequired?: boolean
  readonly dpopNonce?: boolean
}

/**
 * The feature that binds tokens to a key of the client that asks for it (DPoP, RFC 9449), so that a stolen token is useless.
 * A client that sends no proof gets bearer tokens, and notices nothing.
 * @example
 * const provider = createProvider({ features: [pages(), dpop()] })
 */
export function dpop(given: DpopOptions = {}): Feature {
  return {
    name: 'dpop',
    settings: { rows: DPOP_SETTINGS, given: { ...given } },
    authorizationParameters: dpopParameters,
    authorizationChecks: [checkBinding],
    grantDetails: [readBinding],
    possessionProofs: [dpopProof],
    metadata: [() => ({ dpop_signing_alg_values_supported: PROOF_ALGORITHMS })],
  }
}

const dpopProof: PossessionProof = {
  header: 'DPoP',
  algorithms: PROOF_ALGORITHMS,
  isRequired: (provider) => settingsOf(DPOP_SETTINGS, provider).dpopRequired,
  authorizationParameters: (jkt) => ({ dpop_jkt: jkt }),
  async verify({ headers, method, url }, accessToken, provider): Promise<ProvenKey> {
    const { now } = provider.request
    const { pathname } = new URL(url)
    const verified = await verifyProof(headers.get('DPoP') ?? '', {
      method,
      // Behind a proxy, a request may name another host than the client does.
      urls: [`${provider.origin}${pathname}`, url],
      accessToken,
      now,
    })
    const fresh = await checkFreshness(verified, provider)
    if (!useProof(verified.hash, verified.expiresAt, now)) throw invalidProof('was used before')
    return { jkt: verified.jkt, headers: fresh }
  },
}

/**
 * Checks the nonce of a proof, if it is required or present (RFC 9449 8, 9).
 * @returns the headers that announce the next
 * one
 * @throws {OAuthError} use_dpop_nonce, with the nonce to use
 */
async function checkFreshness(
  { nonce }: VerifiedProof,
  provider: Pick<Provider, 'featureSettings' | 'keys' | 'request'>,
): Promise<Readonly<Record<string, string>>> {
  const { dpopNonce } = settingsOf(DPOP_SETTINGS, provider)
  if (nonce === null && !dpopNonce) return {}
  const { keys, request } = provider
  const found = nonce === null ? null : await checkNonce(nonce, request.now, keys)
  if (found === 'current') return {}
  const headers = { 'DPoP-Nonce': await currentNonce(request.now, keys) }
  if (found === 'recent') return headers
  throw new OAuthError('use_dpop_nonce', 'The DPoP proof needs the nonce of the header DPoP-Nonce.', {
    headers,
  })
}
