/** Password hashes that another provider created. When a password proves right, it is hashed again in our own format. */
export interface PasswordFormat {
  /** Returns whether a stored hash has this format. It must not begin with `$`, as ours do. */
  recognizes(hash: string): boolean
  /**
   * Checks a password without blocking the isolate's other requests for long.
   * @param password as typed
   */
  verify(password: string, hash: string): Promise<boolean>
}
