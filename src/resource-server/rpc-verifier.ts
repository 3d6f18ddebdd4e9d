import type { AccessToken } from '../tokens/verify.ts'

/** The part of the provider's entrypoint that a service binding calls; see `edge-oauth2-provider/rpc`. */
export interface AccessTokenService {
  verifyAccessToken(token: string): Promise<AccessToken | null>
}

/**
 * Creates a verifier that calls the provider's Worker over a service binding: no HTTP, no client secret.
 * @param service returns the binding, from the calling Worker's environment
 */
export function rpcVerifier<Bindings extends object>(
  service: (env: Bindings) => AccessTokenService,
): (token: string, c: { readonly env: Bindings }) => Promise<AccessToken | null> {
  return (token, c) => service(c.env).verifyAccessToken(token)
}
