declare namespace Cloudflare {
  /** The bindings of wrangler.toml. Settings are separate variables, which `parseSettings` reads. */
  interface Env {
    readonly DB: D1Database
    readonly KV: KVNamespace
    readonly EMAIL?: SendEmail
    readonly RATE_LIMITER?: RateLimit
    readonly SECRET_KEY?: string
  }
}
