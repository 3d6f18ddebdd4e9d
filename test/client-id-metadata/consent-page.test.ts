import { beforeEach, describe, expect, it } from 'vitest'
import { CALLBACK, documentOf, givenDocument, newAddress, putUp } from '../support/documents.ts'
import { givenCast } from '../support/fixture.ts'
import { authorizationUrl, PKCE, signedIn } from '../support/flow.ts'
import { must, threat } from '../support/must.ts'

let alice = ''
beforeEach(async () => {
  ;({ alice } = await givenCast())
})

async function consentPage(address: string, redirectUri: string): Promise<string> {
  const url = authorizationUrl({ client_id: address, redirect_uri: redirectUri, ...PKCE })
  const { status, text } = await (await signedIn(alice)).visit(url)
  expect(status).toBe(200)
  return text
}

describe('The consent page for a client that a document describes', () => {
  must(
    'MCP authorization',
    'Client ID Metadata Documents',
    'shows the host of the document and that of the redirect',
    async () => {
      const text = await consentPage(await givenDocument(), CALLBACK)
      expect(text).toMatch(/Described by<\/dt><dd><strong>app\.example\.org<\/strong>/)
      expect(text).toMatch(/Sends you back to<\/dt><dd><strong>app\.example\.org<\/strong>/)
      expect(text).not.toContain('which is not')
    },
  )

  must(
    'MCP authorization',
    'Client ID Metadata Documents',
    'warns where every redirect is local, and names the host',
    async () => {
      const address = await givenDocument({
        redirect_uris: ['http://localhost/callback', 'http://127.0.0.1/callback'],
      })
      for (const [uri, host] of [
        ['http://localhost:51234/callback', 'localhost'],
        ['http://127.0.0.1:3/callback', '127.0.0.1'],
      ] as const) {
        const text = await consentPage(address, uri)
        expect(text).toContain(`an app on this device (${host})`)
        expect(text).toContain('Any program on this device can say that it is An application')
        expect(text).toContain('app.example.org describes it')
      }
    },
  )

  it('warns of an app on this device where the document has a web address, too', async () => {
    const address = await givenDocument({
      redirect_uris: ['http://127.0.0.1:33418/', 'https://app.example.org/redirect'],
    })
    const text = await consentPage(address, 'http://127.0.0.1:33418/')
    expect(text).toContain('This request comes from an app on this device.')
  })

  threat(205, 'warns of an answer that goes to a host of somebody else', async () => {
    const address = newAddress('evil.example.org')
    const redirect = 'https://claude.ai/api/mcp/auth_callback'
    await putUp(address, {
      json: documentOf(address, {
        client_name: 'Claude',
        client_uri: 'https://claude.ai/',
        redirect_uris: [redirect],
      }),
    })
    const text = await consentPage(address, redirect)
    expect(text).toContain('The answer goes to claude.ai, which is not evil.example.org.')
    expect(text).toMatch(/Described by<\/dt><dd><strong>evil\.example\.org/)
    // A home page that the document cannot speak for is not shown.
    expect(text).not.toContain('href="https://claude.ai/"')
  })

  threat(206, 'shows a domain that only looks like another in ASCII', async () => {
    const address = newAddress('xn--pple-43d.com')
    await putUp(address, { json: documentOf(address, { client_name: 'Apple', client_uri: undefined }) })
    const text = await consentPage(address, CALLBACK)
    expect(text).toContain('xn--pple-43d.com')
    expect(text).not.toContain('аpple.com')
    const cyrillic = authorizationUrl({ client_id: 'https://аpple.com/client.json', redirect_uri: CALLBACK })
    expect((await (await signedIn(alice)).visit(cyrillic)).status).toBe(400)
  })
})
