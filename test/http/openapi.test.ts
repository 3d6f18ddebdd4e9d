import { describe, expect, it } from 'vitest'
import { addresses } from '../../src/provider/addresses.ts'
import { deviceFlow } from '../../src/provider/device.ts'
import { invitations } from '../../src/provider/invitations.ts'
import { mail } from '../../src/provider/mail.ts'
import { openid } from '../../src/provider/openid.ts'
import { ownData } from '../../src/provider/own-data.ts'
import { passkeys } from '../../src/provider/passkeys.ts'
import { passwordless } from '../../src/provider/passwordless.ts'
import { pushedRequests } from '../../src/provider/pushed-requests.ts'
import { recovery } from '../../src/provider/recovery.ts'
import { registration } from '../../src/provider/registration.ts'
import { secondFactor } from '../../src/provider/second-factor.ts'
import { setup } from '../../src/provider/setup.ts'
import { signInProviders } from '../../src/provider/sign-in-providers.ts'
import { createProvider, pages } from '../../src/public.ts'
import { send } from '../support/http.ts'
import { givenProvider } from '../support/sign-in-providers.ts'

interface Document {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

async function readDocument(vars: Readonly<Record<string, unknown>> = {}): Promise<Document> {
  return (await send('/openapi.json', {}, vars)).json()
}

const EVERYTHING = {
  OAUTH_ALLOW_SIGNUP: 'true',
  OAUTH_MAIL_FROM: 'accounts@id.example',
  OAUTH_SIGN_IN_LINKS: 'true',
  OAUTH_SIGNUP_DOMAINS: 'id.example',
  OAUTH_SECURITY_CONTACT: 'mailto:security@id.example',
  OAUTH_REGISTRATION: 'open',
  OAUTH_PASSKEY_ORIGINS: 'https://id.example.org',
}

/** What is not described: files, the local demo, what only an issuer with a path has, and the middleware that hono lists as routes. */
const UNDESCRIBED = /^\/(?:assets|demo|admin)\b|\*$|\{path\}$|^\/\{issuer\}/

/** Paths at which the deployable Worker has a route, without their trailing slash. */
function routedPaths(): Set<string> {
  const provider = createProvider({
    features: [
      pages(),
      mail(),
      addresses(),
      recovery(),
      invitations(),
      openid(),
      ownData(),
      passkeys(),
      passwordless(),
      signInProviders(),
      secondFactor(),
      registration(),
      pushedRequests(),
      deviceFlow(),
      setup(),
    ],
  })
  const below = provider.routes.map(({ path }) => `/oauth2${path}`)
  const atRoot = [...provider.wellKnown.routes, ...provider.pages.routes].map(({ path }) => path)
  const paths = [...below, ...atRoot].map((path) =>
    path.replace(/(?<=.)\/$/, '').replaceAll(/:(\w+)/g, '{$1}'),
  )
  return new Set(paths.filter((path) => path !== '/oauth2' && !UNDESCRIBED.test(path)))
}

describe('the OpenAPI document', () => {
  it('describes every route, and nothing that is not there', async () => {
    const { openapi, paths } = await readDocument(EVERYTHING)
    expect(openapi).toBe('3.1.0')
    const described = Object.keys(paths).filter((path) => !UNDESCRIBED.test(path))
    expect(described.toSorted()).toEqual([...routedPaths()].toSorted())
  })

  it('describes only methods that are answered', async () => {
    // Of this id, as the document spells its place.
    await givenProvider('https://issuer.example.org', { id: '{id}', icon: 'data:image/png;base64,AAAA' })
    const { paths } = await readDocument(EVERYTHING)
    for (const [path, methods] of Object.entries(paths)) {
      for (const method of Object.keys(methods)) {
        const response = await send(path, { method: method.toUpperCase() }, EVERYTHING)
        expect([path, method, response.status]).not.toEqual([path, method, 404])
        expect([path, method, response.status]).not.toEqual([path, method, 405])
        expect(response.status).toBeLessThan(500)
      }
    }
  })

  it('leaves out sign-up where nobody can sign up', async () => {
    const { paths } = await readDocument()
    expect(paths['/sign-up']).toBeUndefined()
    expect((await send('/sign-up')).status).toBe(404)
  })

  it('names the token endpoint, its form and its errors', async () => {
    const { paths } = await readDocument()
    const text = JSON.stringify(paths['/oauth2/token'])
    expect(text).toContain('"code_verifier":{"type":"string"')
    for (const part of ['grant_type', 'code_verifier', 'refresh_token', 'username', '429', '503'])
      expect(text).toContain(part)
  })
})
