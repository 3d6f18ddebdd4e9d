import type { Context } from 'hono'
import type { JSX } from 'hono/jsx/jsx-runtime'
import type { Session, SessionRule } from '../store/records.ts'
import type { Params } from './endpoint.ts'
import type { Provider, ProviderEnv } from './provider.ts'

/** A further way to sign in: a link, a button or a form below the password form. */
export interface SignInOption {
  /**
   * @param requestId the pending captured request, which links and forms pass on as `request`; null if there is none
   * @returns null if it is not available
   */
  readonly render: (c: Context<ProviderEnv>, requestId: string | null) => Promise<JSX.Element | null>
  /** Whether it is only links that belong to the password form. */
  readonly isLinks?: boolean
  /** The text of a script in its part of the page; the page's policy allows it by its hash. */
  readonly script?: string
  /** Whether the browser offers it in the username field (WebAuthn Level 3 5.1.4, conditional mediation). */
  readonly fillsUsername?: boolean
  /** Whether it authenticates by two factors at once, so that no second one is needed. */
  readonly hasTwoFactors?: boolean
  /** Renders its part of the sign-up page, if it can create accounts for new people. */
  readonly renderSignUp?: SignInOption['render']
}

/**
 * Asks something of a person who has just entered the password, before continuing.
 * @param form what the sign-in page sent
 * @returns a path of this origin, whose query gets `request`, the id of the captured
 * request; null to continue
 */
export type AfterSignIn = (
  c: Context<ProviderEnv>,
  form: Params,
  session: { readonly id: string; readonly userId: string },
) => Promise<`/${string}` | null>

/** A way, besides the password, to authenticate a signed-in person again. */
export interface StepUp {
  /** The form field that carries it. */
  readonly field: string
  /** The text of a script in its part of the page. */
  readonly script?: string
  /**
   * Renders its part of a form.
   * @returns null if this user has none
   */
  readonly render: (c: Context<ProviderEnv>, session: Session) => Promise<JSX.Element | null>
  /**
   * Checks it, and records in the session that the user was authenticated now.
   * @returns false if it is wrong
   */
  readonly confirm: (value: string, session: Session, provider: Provider) => Promise<boolean>
}

/** What a sign-in by one factor may still lack; until then its session is not valid. */
export interface SecondFactor {
  /** Who needs one; undefined if nobody does. */
  readonly demand: (provider: Provider) => SessionRule['secondFactor']
  /**
   * Where a person whose session lacks it is sent.
   * @returns null if the browser has no such session
   */
  readonly pending: (c: Context<ProviderEnv>) => Promise<`/${string}` | null>
}

/** A change to an account that its owner should know about, whoever made it. */
export type AccountChange =
  | 'account_linked'
  | 'new_browser'
  | 'passkey_added'
  | 'password_changed'
  | 'password_removed'
  | 'second_factor_added'
  | 'second_factor_removed'
  | 'deletion_asked'
