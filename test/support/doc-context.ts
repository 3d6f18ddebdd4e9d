/** What the programs of the documents find around them, file by file: what fragments name without importing it, and what is not installed here. */
export const DOC_CONTEXT: Readonly<Record<string, string>> = {
  'context.d.ts': `
import type { Hono } from 'hono'
import type * as library from 'edge-oauth2-provider'

declare global {
  const app: Hono<library.ProtectedEnv>
  const createProvider: typeof library.createProvider
  const pages: typeof library.pages
  const provider: ReturnType<typeof library.createProvider>
  const requireScope: typeof library.requireScope
  const rpcVerifier: typeof library.rpcVerifier
  const accessTokenEntrypoint: typeof import('edge-oauth2-provider/rpc').accessTokenEntrypoint
  const jwtAccessTokens: typeof import('edge-oauth2-provider/jwt-access-tokens').jwtAccessTokens
  const jwtVerifier: typeof library.jwtVerifier
  const resources: typeof import('edge-oauth2-provider/resources').resources
  const rolesOf: (userId: string | null) => Promise<readonly string[]>
  const verify: ReturnType<typeof library.jwtVerifier>
  interface Bindings {
    readonly AUTH: library.AccessTokenService
  }
}
`,
  'docs/extending/my-store.d.ts': `
export const openMyStore: Parameters<typeof import('edge-oauth2-provider/testing').storeConformance>[1]
`,
  // Next.js and its part of Auth.js, whose core is installed and checks what the provider is told.
  'next-auth.d.ts': `
declare module 'next-auth' {
  import type { AuthConfig } from '@auth/core'
  import type { Session } from '@auth/core/types'

  export default function NextAuth(config: Omit<AuthConfig, 'raw'>): {
    readonly auth: () => Promise<Session | null>
    readonly handlers: Readonly<Record<'GET' | 'POST', (request: Request) => Promise<Response>>>
    readonly signIn: (provider: string) => Promise<void>
    readonly signOut: () => Promise<void>
  }
}
`,
}
