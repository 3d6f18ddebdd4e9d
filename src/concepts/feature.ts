import type { Context, Hono } from 'hono'
import type { JSX } from 'hono/jsx/jsx-runtime'
import type { ClientMetadataMember } from '../clients/member.ts'
import type { LinkOffer, Resource } from '../operations/resource.ts'
import type { Setting } from '../settings/kinds.ts'
import type { AdminStore } from '../store/admin-store.ts'
import type { SubjectClient, User } from '../store/records.ts'
import type {
  ApprovalCheck,
  AuthorizationCheck,
  AuthorizationParameter,
  ClientSource,
  GrantDetailsReader,
  InteractionRule,
  ParameterSource,
  ResponseMode,
  ResponseType,
} from './authorization.ts'
import type { Endpoint, EndpointRequest, Params } from './endpoint.ts'
import type { PasswordFormat } from './imported.ts'
import type { Mailer } from './mail.ts'
import type { Paths, Provider, ProviderEnv } from './provider.ts'
import type { IssueTerms, ResourceSource } from './resources.ts'
import type { AccountChange, AfterSignIn, SecondFactor, SignInOption, StepUp } from './sign-in.ts'
import type { ClientAuthMethod, GrantType, PossessionProof, TokenFormat, TokenMember } from './tokens.ts'

/**
 * One capability of the provider: what it adds to the tables that the core fills, too. `createProvider({ features })` takes
 * them. A feature that is left out is not in the bundle, and no document mentions it.
 */
export interface Feature extends Partial<FeatureTables> {
  /** Unique among the features of a provider. */
  readonly name: string
  /** Rows of settings, by option name, and the values that were passed to the function that creates the feature. */
  readonly settings?: {
    readonly rows: SettingRows
    readonly given?: Readonly<Record<string, unknown>>
  }
  /** Renders every page of every feature; one feature provides it. */
  readonly shell?: PageShell
  /** How mail is sent; one feature provides it. */
  readonly mailer?: Mailer
  /** Creates the operators' part of the storage over a database; every feature that uses it provides the same. */
  readonly adminStore?: (db: D1Database) => AdminStore
}

/** What all features add, merged. Two features that claim the same name cause a ConfigurationError. */
export interface FeatureTables {
  /** By the names of RFC 7591 2, or an absolute URI (RFC 6749 4.5). */
  readonly grantTypes: Readonly<Record<string, GrantType>>
  /** Scopes that clients can ask for, besides those of OAUTH_SCOPES and of the scope table. */
  readonly scopes: readonly string[]
  /** Parts of response types, in the order in which they answer. */
  readonly responseTypes: Readonly<Record<string, ResponseType>>
  /** Response types that are answered if OAUTH_RESPONSE_TYPE_CHOICES is not set, parts separated by spaces. */
  readonly responseTypeChoices: readonly string[]
  readonly responseModes: Readonly<Record<string, ResponseMode>>
  readonly clientAuthMethods: Readonly<Record<string, ClientAuthMethod>>
  /** Parameters of an authorization request that are read and kept while its user decides; all others are ignored. */
  readonly authorizationParameters: Readonly<Record<string, AuthorizationParameter>>
  /** Sources of parameters that a request only refers to. */
  readonly parameterSources: readonly ParameterSource[]
  /** The rules for authorization requests, in the order in which they are checked. */
  readonly authorizationChecks: readonly AuthorizationCheck[]
  readonly interactions: readonly InteractionRule[]
  /** Checks of an approved request before it is answered. */
  readonly approvalChecks: readonly ApprovalCheck[]
  /** What grants keep of the request that created them, for the tokens that they bring. */
  readonly grantDetails: readonly GrantDetailsReader[]
  /** The identifier by which a client knows a user; the user's id if no feature decides. */
  readonly subjects: readonly ((
    userId: string,
    client: SubjectClient,
    provider: Provider,
  ) => Promise<string>)[]
  /** Sources of clients that nobody registered. */
  readonly clientSources: readonly ClientSource[]
  /**
   * Reconsider a request whose client failed to authenticate.
   * @returns true if the same request may succeed now
   * @throws {OAuthError} what the client is told instead
   */
  readonly clientRecoveries: readonly ((request: EndpointRequest, provider: Provider) => Promise<boolean>)[]
  /** Formats of foreign password hashes that a sign-in can check. */
  readonly passwordFormats: readonly PasswordFormat[]
  /**
   * Checks passwords that people choose for themselves and that the rules allow.
   * @returns false if the password must not be chosen because attackers know it
   */
  readonly passwordChecks: readonly ((password: string, provider: Provider) => Promise<boolean>)[]
  /** Members that a client's metadata may have, in the order of the form. */
  readonly clientMetadata: readonly ClientMetadataMember[]
  readonly endpoints: readonly Endpoint[]
  /** Sources of the protected resources that tokens can be for (RFC 8707). */
  readonly resourceSources: readonly ResourceSource[]
  /** Rules about what the token endpoint issues, whatever the grant type. */
  readonly issueTerms: readonly IssueTerms[]
  readonly tokenMembers: readonly TokenMember[]
  readonly tokenFormats: readonly TokenFormat[]
  /** How requests prove that they hold the key that tokens are bound to. */
  readonly possessionProofs: readonly PossessionProof[]
  /** Members of the authorization server metadata; lists under the same name are concatenated (RFC 8414 2). */
  readonly metadata: readonly ((provider: Provider) => Readonly<Record<string, unknown>>)[]
  readonly pages: readonly PagePart[]
  /** Guards of forms that anybody may send; the first refusal counts. */
  readonly formGuards: readonly FormGuard[]
  /** Rules about who may sign up; the first that decides counts. */
  readonly signUpRules: readonly SignUpRule[]
  /** Further ways to create an account. */
  readonly signUpOptions: readonly SignUpOption[]
  /** Pages for people who have just signed up; the first one that applies is shown. */
  readonly signUpSteps: readonly SignUpStep[]
  /** Pages to which a sign-in may return, by the names that they put into `RETURN_COOKIE`. */
  readonly signInReturns: Readonly<Record<string, (paths: Paths) => string>>
  /** Further ways to sign in, on the sign-in page. */
  readonly signInOptions: readonly SignInOption[]
  /**
   * Where a visitor without a session is sent instead of the front page or a sign-in page that no application asked for.
   * @returns a path of this origin; null for no detour
   */
  readonly detours: readonly ((c: Context<ProviderEnv>) => Promise<string | null>)[]
  /** Steps between a password sign-in and what follows it; the first one that applies is shown. */
  readonly afterSignIn: readonly AfterSignIn[]
  readonly stepUps: readonly StepUp[]
  readonly secondFactors: readonly SecondFactor[]
  /** Notify the owner of an account of a change, after the answer. */
  readonly notices: readonly ((c: Context<ProviderEnv>, change: AccountChange, userId: string) => void)[]
  /** Notify the owner of an account that guesses at its password have locked it, without waiting. */
  readonly lockNotices: readonly ((userId: string, provider: Provider) => void)[]
  /** Parts of the account page. */
  readonly accountSections: readonly PageSection[]
  /** Links that staff create for people, by purpose; null if the settings rule them out. */
  readonly linkOffers: Readonly<Record<string, (provider: Provider) => LinkOffer | null>>
  /** Parts of the panel's overview. */
  readonly adminSections: readonly PageSection[]
  /** Lists of the panel and its API besides those that every provider has, each under its own kind. */
  readonly adminResources: readonly Resource[]
  /** Work to do when sessions have ended, after the answer; errors are logged. */
  readonly sessionsEnded: readonly ((provider: Provider) => Promise<void>)[]
  /** Work of the cron trigger, after the purge; errors are logged and do not stop the others. */
  readonly scheduled: readonly ((provider: Provider) => Promise<void>)[]
}

/** Rows of settings by the names of their options. */
export type SettingRows = Readonly<Record<string, Setting<unknown>>>

/** Pages of a feature. */
export interface PagePart {
  readonly at: 'oauth2' | 'root'
  /** Paths below which its pages are; the provider is set up only there. */
  readonly below: (paths: Paths) => readonly string[]
  /** Whether forms from other sites are refused before any route sees them; defaults to true. */
  readonly guarded?: boolean
  readonly addRoutes: (app: Hono<ProviderEnv>, paths: Paths) => void
  /** Pages at addresses that the embedding app may claim: they answer only if nothing else did. */
  readonly fallbacks?: Readonly<Record<string, (c: Context<ProviderEnv>) => Promise<Response>>>
  /** Its paths, for the OpenAPI document. */
  readonly describe?: (provider: Provider) => Readonly<Record<string, unknown>>
}

/** Groups of the account page whose rows features add. */
export type AccountGroup = 'profile' | 'security' | 'data'

/** A part that a feature adds to another feature's page. */
export interface PageSection {
  /** Its anchor on the page. */
  readonly id: string
  /** The group of the account page that it is a row of; a part of its own at the end if it has none. */
  readonly group?: AccountGroup
  /** Heading, in the language that the browser asks for. */
  readonly title: (c: Context<ProviderEnv>) => string
  /** @returns null if there is nothing to show */
  readonly render: (c: Context<ProviderEnv>) => Promise<JSX.Element | null>
}

/** Checks who signs up, or asks for a mail without being signed in. */
export interface FormGuard {
  /** The origin of the scripts and frames that its part of the form loads. */
  readonly origin: string
  /**
   * Renders its part of a form.
   * @returns null if the settings turn it off
   */
  readonly render: (c: Context<ProviderEnv>) => JSX.Element | null
  /** @returns the reason to show if the form is refused; null if it is accepted */
  readonly check: (
    c: Context<ProviderEnv>,
    form: Params,
  ) => Promise<{ readonly text: string; readonly advice: string } | null>
}

/** An invitation with which somebody signs up; the sign-up spends it. */
export interface SignUpInvitation {
  readonly id: string
  /** The address that it proves; null if it proves none. */
  readonly email: string | null
  /** As links and forms carry it, in `invitation`. */
  readonly token: string
}

/**
 * Decides who may sign up.
 * @param params of the page or the form
 * @returns the invitation that the request carries; a page to show instead of the form; null if everybody may sign up
 */
export type SignUpRule = (
  c: Context<ProviderEnv>,
  params: Params,
) => Promise<SignUpInvitation | Response | null>

/** A further way to create an account: a link below the form, and what it changes in the form. */
export interface SignUpOption {
  /** @returns true if the account is created without a password; it then needs an address */
  readonly skipsPassword: (c: Context<ProviderEnv>, params: Params) => boolean
  /** @returns null if it is not available */
  readonly render: (c: Context<ProviderEnv>, params: Params) => Promise<JSX.Element | null>
}

/**
 * A page between a sign-up and what follows it.
 * @param account its user, and whether there is a password or a linked account to sign in with
 * @returns its path, which gets the pending captured request as `request`; null if there is no such page for this account
 */
export type SignUpStep = (
  c: Context<ProviderEnv>,
  account: Pick<User, 'id' | 'email'> & { readonly hasWayIn: boolean },
) => Promise<string | null>

/** Renders every page: the layout, and the pages for errors. */
export interface PageShell {
  readonly setUp: (c: Context<ProviderEnv>) => void
  readonly showError: (c: Context<ProviderEnv>, thrown: unknown) => Promise<Response>
  readonly showNotFound: (c: Context<ProviderEnv>) => Promise<Response>
}
