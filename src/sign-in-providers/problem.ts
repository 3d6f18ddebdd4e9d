/** Why a sign-in with another provider failed. */
export type ProblemKind = 'cancelled' | 'domain' | 'failed' | 'foreign' | 'fresh' | 'nobody' | 'old' | 'stale'

/** A sign-in with another provider failed. The message is for staff and the log. */
export class SignInProblem extends Error {
  readonly kind: ProblemKind

  /** @param detail what happened, which is cut, as some of it comes from a stranger */
  constructor(kind: ProblemKind, detail: string) {
    super(detail.replaceAll(/\p{C}+/gu, ' ').slice(0, 300))
    this.name = 'SignInProblem'
    this.kind = kind
  }
}
