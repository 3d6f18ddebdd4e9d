import { OAuthError } from '../errors.ts'
import { invalidProof, PROOF_ALGORITHMS, verifyProof } from './proof.ts'
import { useProof } from './replay.ts'

/** How an API recognizes its own requests. */
interface DpopProofOptions {
  /** Origin that its clients use, such as `https://api.example`, if there is a proxy; defaults to the request's. */
  readonly origin?: string
}

/**
 * Verifies proofs of possession for an API in another Worker than the provider's (RFC 9449 7), together with
 * `introspectionVerifier` or `rpcVerifier`. It requires no nonces, and remembers used proofs in the isolate.
 * @example
 * app.use(requireScope('read', { verify: rpcVerifier((env) => env.AUTH), proofs: dpopProofs() }))
 */
export function dpopProofs({ origin }: DpopProofOptions = {}): {
  readonly algorithms: readonly string[]
  readonly verify: (
    request: Request,
    token: string,
  ) => Promise<{ readonly jkt: string; readonly headers: Readonly<Record<string, string>> }>
} {
  return {
    algorithms: PROOF_ALGORITHMS,
    async verify({ headers, method, url }, accessToken) {
      const proof = headers.get('DPoP')
      if (proof === null) {
        throw new OAuthError('invalid_dpop_proof', 'The access token came without a proof.', {
          reason: 'missing_proof',
        })
      }
      const now = Math.floor(Date.now() / 1000)
      const known = origin === undefined ? url : `${origin}${new URL(url).pathname}`
      const { expiresAt, hash, jkt } = await verifyProof(proof, {
        method,
        urls: [known],
        accessToken,
        now,
      })
      if (!useProof(hash, expiresAt, now)) throw invalidProof('was used before')
      return { jkt, headers: {} }
    },
  }
}
