import { describe, expect, it } from 'vitest'
import { snippetsOf } from '../../src/operations/snippets.ts'

const PROVIDER = {
  features: ['core', 'openid'],
  issuer: 'https://id.example',
  origin: 'https://id.example',
  paths: {
    oauth2: '/oauth2',
    login: '/login',
    logout: '/logout',
    account: '/account',
    signUp: '/signup',
    admin: '/admin',
  },
} as const
const WEB = {
  client_id: 'web',
  type: 'confidential',
  grant_types: ['authorization_code'],
  redirect_uris: ['https://app.example/cb'],
  scope: null,
}

function titlesOf(
  changed: Readonly<Record<string, string | readonly string[] | null>>,
  features: readonly string[] = PROVIDER.features,
): string {
  return snippetsOf({ ...WEB, ...changed }, { ...PROVIDER, features })
    .map(({ title }) => title)
    .join('\n')
}

describe('What is pasted to sign people in', () => {
  it('names issuer and client, and never holds a secret', () => {
    const snippets = snippetsOf(WEB, PROVIDER).filter(({ title }) => title.startsWith('Sign in'))
    expect(snippets).toHaveLength(7)
    for (const { code } of snippets) {
      expect(code).toContain('https://id.example')
      expect(code).toContain('"web"')
      expect(code).toMatch(/openid\b/)
      expect(code).toContain('CLIENT_SECRET')
    }
  })

  it('has what a public client can use, without a secret', () => {
    const snippets = snippetsOf({ ...WEB, type: 'public' }, PROVIDER).filter(({ title }) =>
      title.startsWith('Sign in'),
    )
    expect(snippets.map(({ title }) => title)).toEqual([
      'Sign in with openid-client',
      'Sign in with oidc-client-ts',
    ])
    expect(snippets.map(({ code }) => code).join()).not.toContain('CLIENT_SECRET')
  })

  it('asks for the scopes that the client may have', () => {
    const [first] = snippetsOf({ ...WEB, scope: 'email openid read' }, PROVIDER)
    expect(first?.code).toContain('scope: "openid email"')
  })

  it('is not shown where nobody can sign in by it', () => {
    expect(titlesOf({})).toContain('Sign in with Go')
    expect(titlesOf({ scope: 'read' })).not.toContain('Sign in')
    expect(titlesOf({ grant_types: ['client_credentials'] })).not.toContain('Sign in')
    expect(titlesOf({}, ['core'])).not.toContain('Sign in')
  })

  it('stays one text, whatever a redirect URI holds', () => {
    const redirect_uris = ['https://app.example/cb?a="b\\']
    for (const { code, title } of snippetsOf({ ...WEB, redirect_uris }, PROVIDER)) {
      expect(title.startsWith('Sign in') && code.includes('a="b') ? title : '').toBe('')
    }
  })
})
