declare namespace Cloudflare {
  interface Env {
    /** The platform's limit, for the tests that bind it. */
    readonly TEST_LIMITER: RateLimit
    /** What the test set-up applies to an empty database. */
    readonly TEST_MIGRATIONS: import('cloudflare:test').D1Migration[]
  }
}

/** A file's text. */
declare module '*?raw' {
  const text: string
  export default text
}
