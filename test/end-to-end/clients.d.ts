// What the tests use of two packages that bring no types.
declare module 'passport' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  type Middleware = (
    request: IncomingMessage,
    response: ServerResponse,
    next: (error?: unknown) => void,
  ) => void

  interface Passport {
    use(strategy: object): this
    authenticate(name: string, options: { readonly session: boolean }): Middleware
  }

  const passport: { readonly Passport: new () => Passport }
  export default passport
}

declare module 'passport-openidconnect' {
  interface Options {
    readonly issuer: string
    readonly authorizationURL: string
    readonly tokenURL: string
    readonly userInfoURL: string
    readonly clientID: string
    readonly clientSecret: string
    readonly callbackURL: string
    readonly scope: string
    readonly nonce: string
    readonly skipUserProfile: boolean
  }

  interface Profile {
    readonly id: string
    readonly username?: string
    readonly emails?: readonly { readonly value: string }[]
  }

  type Verify = (issuer: string, profile: Profile, done: (error: null, user: object) => void) => void

  const Strategy: new (options: Options, verify: Verify) => object
  export default Strategy
}

declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  export class Provider {
    constructor(issuer: string, configuration: object)
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>
  }
}
