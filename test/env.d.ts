declare namespace Cloudflare {
  interface Env {
    /** What the test set-up applies to an empty database. */
    readonly TEST_MIGRATIONS: import('cloudflare:test').D1Migration[]
  }
}
