import { WorkerEntrypoint } from 'cloudflare:workers'
import type { ProviderBindings } from './concepts.ts'
import type { ProviderApp } from './provider/create-provider.ts'
import type { AccessTokenService } from './resource-server/rpc-verifier.ts'
import type { AccessToken } from './tokens/verify.ts'

/**
 * Creates the entrypoint that other Workers of the account call over a service binding, to verify access tokens without HTTP and
 * without a client secret. Export it from the Worker's main module under the name that their bindings give as `entrypoint`.
 */
export function accessTokenEntrypoint(
  provider: Pick<ProviderApp, 'verifyAccessToken'>,
): new (
  ctx: ExecutionContext,
  env: ProviderBindings,
) => WorkerEntrypoint<ProviderBindings> & AccessTokenService {
  return class extends WorkerEntrypoint<ProviderBindings> {
    /** See `AccessTokenService`. It takes one round trip to D1, or none for a token that the provider did not mint. */
    verifyAccessToken(token: string): Promise<AccessToken | null> {
      return provider.verifyAccessToken(token, this.env)
    }
  }
}
