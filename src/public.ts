export type { Paths, Provider } from './concepts.ts'
export { ConfigurationError, OAuthError, StorageError } from './errors.ts'
export type { ExternalUser, Hooks, ProviderEvent, RefusedRequest, UserSource } from './hooks.ts'
export type { ProviderBindings, ProviderEnv } from './http/provider-variables.ts'
export type { ClientAuthMethod } from './oauth/client-auth/index.ts'
export type { GrantType, TokenRequest, TokenResponse } from './oauth/grants/index.ts'
export type { AuthorizationCheck, CheckedRequest } from './oauth/authorize/checks.ts'
export type { AuthorizationParameter } from './oauth/authorize/parameters.ts'
export type { AnswerParameters, ResponseType } from './oauth/response-types/index.ts'
export type { Pages } from './pages/index.ts'
export { createProvider, type ProviderApp } from './provider/create-provider.ts'
export type { ProviderOptions } from './provider/options.ts'
export { type IntrospectionOptions, introspectionVerifier } from './resource-server/introspection-verifier.ts'
export { type ProtectedResource, protectedResourceMetadata } from './resource-server/protected-resource.ts'
export {
  type ProtectedEnv,
  requireAnyScope,
  requireScope,
  type RequireScopeOptions,
  satisfiesScope,
  type TokenVerifier,
} from './resource-server/require-scope.ts'
export { type AccessTokenService, rpcVerifier } from './resource-server/rpc-verifier.ts'
export { createScope, type Scope, scope, type ScopeBits } from './scope.ts'
export type * from './store/records.ts'
export type { Store } from './store/store.ts'
export { type Issue, issueTokens } from './tokens/issue.ts'
export { invalidGrant } from './tokens/outcome.ts'
export type { AccessToken } from './tokens/verify.ts'
export { FormFields } from './ui/components.tsx'
export { Layout } from './ui/layout.tsx'
export { ScopeList, scopes } from './ui/scope-list.tsx'
