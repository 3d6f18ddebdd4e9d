declare namespace Cloudflare {
  /** What wrangler.toml binds. Settings are variables of their own; `parseSettings` reads them. */
  interface Env {
    readonly DB: D1Database
    readonly KV: KVNamespace
    readonly SECRET_KEY?: string
  }
}
