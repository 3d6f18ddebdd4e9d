import type { Context, Hono } from 'hono'
import type { JSX } from 'hono/jsx/jsx-runtime'
import type { ClientMetadataMember } from '../clients/member.ts'
import type { Setting } from '../settings/kinds.ts'
import type {
  AuthorizationCheck,
  AuthorizationParameter,
  ClientSource,
  GrantDetailsReader,
  InteractionRule,
  ParameterSource,
  ResponseMode,
  ResponseType,
} from './authorization.ts'
import type { Endpoint, EndpointRequest } from './endpoint.ts'
import type { PasswordFormat } from './imported.ts'
import type { Paths, Provider, ProviderEnv } from './provider.ts'
import type { ClientAuthMethod, GrantType, TokenFormat, TokenMember } from './tokens.ts'

/**
 * One capability of the provider: what it adds, by the slots that everything else uses, too. `createProvider({ features })`
 * takes them; one that is left out is not in the bundle, and no document speaks of it.
 */
export interface Feature extends Partial<FeatureTables> {
  /** Unique among the features of a provider. */
  readonly name: string
  /** Rows of settings, by option name, and the values of those that the feature's maker was called with. */
  readonly settings?: {
    readonly rows: SettingRows
    readonly given?: Readonly<Record<string, unknown>>
  }
  /** What every page of every feature is shown by; one feature brings it. */
  readonly shell?: PageShell
}

/** What features add to, joined. Two that claim one name are a ConfigurationError. */
export interface FeatureTables {
  /** By the names of RFC 7591 2, or an absolute URI (RFC 6749 4.5). */
  readonly grantTypes: Readonly<Record<string, GrantType>>
  /** Scopes that clients can ask for, beside those of OAUTH_SCOPES and of the scope table. */
  readonly scopes: readonly string[]
  /** Parts of response types, in the order in which they answer. */
  readonly responseTypes: Readonly<Record<string, ResponseType>>
  /** Response types that are answered where OAUTH_RESPONSE_TYPE_CHOICES is not set, parts separated by spaces. */
  readonly responseTypeChoices: readonly string[]
  readonly responseModes: Readonly<Record<string, ResponseMode>>
  readonly clientAuthMethods: Readonly<Record<string, ClientAuthMethod>>
  /** Parameters of an authorization request that are read, and so kept while its user answers; all others are ignored. */
  readonly authorizationParameters: Readonly<Record<string, AuthorizationParameter>>
  /** Where parameters come from that a request only names. */
  readonly parameterSources: readonly ParameterSource[]
  /** The rules of an authorization request, in the order in which it meets them. */
  readonly authorizationChecks: readonly AuthorizationCheck[]
  readonly interactions: readonly InteractionRule[]
  /** What grants keep of the request that they come from, for the tokens that are issued from them. */
  readonly grantDetails: readonly GrantDetailsReader[]
  /** Where clients come from that nobody registered. */
  readonly clientSources: readonly ClientSource[]
  /**
   * Look again at a request whose client failed to authenticate.
   * @returns true where the same request may succeed now
   */
  readonly clientRecoveries: readonly ((request: EndpointRequest, provider: Provider) => Promise<boolean>)[]
  /** Foreign hashes of passwords that a sign-in checks. */
  readonly passwordFormats: readonly PasswordFormat[]
  /** Members that a client's metadata may have, in the order of the form. */
  readonly clientMetadata: readonly ClientMetadataMember[]
  readonly endpoints: readonly Endpoint[]
  readonly tokenMembers: readonly TokenMember[]
  readonly tokenFormats: readonly TokenFormat[]
  /** Members of the authorization server metadata; lists that several features name are joined (RFC 8414 2). */
  readonly metadata: readonly ((provider: Provider) => Readonly<Record<string, unknown>>)[]
  readonly pages: readonly PagePart[]
  /** Parts of the account page. */
  readonly accountSections: readonly PageSection[]
  /** Parts of the panel's overview. */
  readonly adminSections: readonly PageSection[]
  /** Work that follows from the end of sessions, after the answer; what one throws is logged. */
  readonly sessionsEnded: readonly ((provider: Provider) => Promise<void>)[]
  /** Work of the cron trigger, after the purge; what one throws is logged and does not stop the others. */
  readonly scheduled: readonly ((provider: Provider) => Promise<void>)[]
}

/** Rows of settings by the names of their options. */
export type SettingRows = Readonly<Record<string, Setting<unknown>>>

/** Pages of a feature. */
export interface PagePart {
  readonly at: 'oauth2' | 'root'
  /** Paths below which its pages are: the provider is set up there, and nowhere else. */
  readonly below: (paths: Paths) => readonly string[]
  /** Whether forms from other sites are refused before any route sees them; true, if left out. */
  readonly guarded?: boolean
  readonly addRoutes: (app: Hono<ProviderEnv>, paths: Paths) => void
  /** Pages at addresses that belong to the embedding app if it wants them: they answer where nothing else did. */
  readonly fallbacks?: Readonly<Record<string, (c: Context<ProviderEnv>) => Promise<Response>>>
  /** Its paths, for the OpenAPI document. */
  readonly describe?: (provider: Provider) => Readonly<Record<string, unknown>>
}

/** A part of a page that belongs to somebody else. */
export interface PageSection {
  /** Its anchor on the page. */
  readonly id: string
  /** Heading, in the language that the browser asks for. */
  readonly title: (c: Context<ProviderEnv>) => string
  /** @returns null where there is nothing to show */
  readonly render: (c: Context<ProviderEnv>) => Promise<JSX.Element | null>
}

/** What every page is shown by: the look, and the pages that stand for errors. */
export interface PageShell {
  readonly setUp: (c: Context<ProviderEnv>) => void
  readonly showError: (c: Context<ProviderEnv>, thrown: unknown) => Promise<Response>
  readonly showNotFound: (c: Context<ProviderEnv>) => Promise<Response>
}
