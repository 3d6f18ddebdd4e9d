export type {
  AnswerParameters,
  ApprovalCheck,
  AuthorizationCheck,
  AuthorizationParameter,
  CheckedRequest,
  ClientSource,
  InteractionRule,
  InteractionState,
  ParameterSource,
  Redirection,
  RedirectTarget,
  ResponseMode,
  ResponseType,
} from './concepts/authorization.ts'
export type {
  Endpoint,
  EndpointAnswer,
  EndpointRequest,
  ParameterMeanings,
  Params,
} from './concepts/endpoint.ts'
export type {
  Feature,
  FeatureTables,
  PagePart,
  PageSection,
  PageShell,
  SettingRows,
  SignUpInvitation,
  SignUpRule,
  SignUpStep,
} from './concepts/feature.ts'
export type { ExternalUser, Hooks, ProviderEvent, RefusedRequest, UserSource } from './concepts/hooks.ts'
export type { PasswordFormat } from './concepts/imported.ts'
export type { Mail, MailAddress, Mailer } from './concepts/mail.ts'
export type { Paths, Provider, ProviderBindings, ProviderEnv } from './concepts/provider.ts'
export type { IssueTerms, KnownResource, PlannedTerms, ResourceSource } from './concepts/resources.ts'
export type { AfterSignIn, SecondFactor, SignInOption, StepUp } from './concepts/sign-in.ts'
export type {
  AccessToken,
  ClientAuthMethod,
  GrantType,
  FormatProvider,
  Issue,
  Issuing,
  PossessionProof,
  ProvenKey,
  TokenFormat,
  TokenMember,
  TokenRequest,
  TokenResponse,
} from './concepts/tokens.ts'
export { ConfigurationError, OAuthError, StorageError } from './errors.ts'
export { shortList } from './operations/records.ts'
export type {
  Action,
  Column,
  Done,
  FieldSpec,
  Input,
  Operator,
  OwnList,
  Resource,
} from './operations/resource.ts'
export type { Pages } from './pages/components.ts'
export { pages } from './pages/index.ts'
export {
  type ApiMiddleware,
  createProvider,
  type ProtectOptions,
  type ProviderApp,
} from './provider/create-provider.ts'
export type { Language } from './provider/languages.ts'
export type { ProviderOptions } from './provider/options.ts'
export { invalidClient, invalidGrant, invalidScope } from './refusals.ts'
export { type IntrospectionOptions, introspectionVerifier } from './resource-server/introspection-verifier.ts'
export { jwtVerifier, type JwtVerifierOptions } from './resource-server/jwt-verifier.ts'
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
export { type AuthenticationDemand, requireAuthentication } from './resource-server/require-authentication.ts'
export { createScope, type Scope, scope, type ScopeBits } from './scope.ts'
export type { Setting } from './settings/kinds.ts'
export { setting, settingsOf, type Values } from './settings/settings.ts'
export type * from './store/records.ts'
export type { Store } from './store/store.ts'
export { issueTokens } from './tokens/issue.ts'
export { FormFields } from './ui/components.tsx'
export { Layout } from './ui/layout.tsx'
export { ScopeList, scopes } from './ui/scope-list.tsx'
