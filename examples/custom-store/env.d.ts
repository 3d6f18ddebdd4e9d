declare namespace Cloudflare {
  /** What this example's tests find bound. */
  interface Env {
    readonly AUTH: DurableObjectNamespace<import('./auth-object.ts').AuthObject>
  }
}
