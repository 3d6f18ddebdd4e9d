/** Hashes of passwords that another provider made. A password that is right has its hash made anew, as one of ours. */
export interface PasswordFormat {
  /** Tells whether a stored hash is of this format. None begins with `$`: ours do. */
  recognizes(hash: string): boolean
  /**
   * Checks a password, without keeping the isolate from its other requests for long.
   * @param password as it was typed
   */
  verify(password: string, hash: string): Promise<boolean>
}
