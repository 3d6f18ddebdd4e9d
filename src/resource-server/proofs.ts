import type { Context, Env } from 'hono'
import type { Provider } from '../concepts.ts'
import { OAuthError } from '../errors.ts'
import type { ProofVerifier } from './require-scope.ts'

/**
 * Returns how a provider verifies proofs of possession at its own resources.
 * @param provide creates the provider of a
 * request
 * @returns undefined if no feature accepts any
 */
export function proofsOf<E extends Env>(
  { possessionProofs: [proof, ...others] }: Pick<Provider, 'possessionProofs'>,
  provide: (c: Context<E>) => Provider | Promise<Provider>,
): ProofVerifier<E> | undefined {
  if (!proof) return undefined
  return {
    algorithms: [proof, ...others].flatMap(({ algorithms }) => algorithms),
    async verify(request, token, c) {
      const shown = [proof, ...others].find(({ header }) => request.headers.has(header))
      if (shown) return shown.verify(request, token, await provide(c))
      throw new OAuthError('invalid_dpop_proof', 'The access token came without a proof.', {
        reason: 'missing_proof',
      })
    },
  }
}
