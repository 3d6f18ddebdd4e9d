import { beforeEach, describe, expect, it } from 'vitest'
import { givenStaff } from '../admin/support.ts'
import { CALLBACK, documentOf, givenDocument, newAddress, putUp } from '../support/documents.ts'
import { givenCast } from '../support/fixture.ts'
import { authorizationUrl } from '../support/flow.ts'
import { ORIGIN, send, type Vars } from '../support/http.ts'
import { all } from '../support/operator.ts'
import { givenAdminToken } from '../support/tokens.ts'

let bearer: Readonly<Record<string, string>>
let staff: Awaited<ReturnType<typeof givenStaff>>

beforeEach(async () => {
  await givenCast()
  await all("INSERT INTO scopes (name, description, created_at) VALUES ('admin', 'Everything', 0)")
  staff = await givenStaff()
  bearer = { Authorization: `Bearer ${await givenAdminToken(staff.id)}` }
})

interface Diagnosed {
  readonly kind: string
  readonly state: string
  readonly findings: readonly string[]
  readonly clients: readonly string[]
  readonly refusals: readonly string[]
}

/** What the API of the panel says. */
async function ask(target: string, vars: Vars = {}): Promise<Diagnosed> {
  const response = await send(
    `/admin/api/client-doctor/${encodeURIComponent(target)}`,
    { headers: bearer },
    vars,
  )
  expect(response.status).toBe(200)
  return response.json()
}

function of(found: Diagnosed, client: string): string {
  return found.clients.find((line) => line.startsWith(client)) ?? ''
}

/** Puts up an MCP server that has another origin. */
async function givenServer(description: object, status = 401): Promise<string> {
  const server = newAddress('mcp.example.org').replace('.json', '')
  const described = `https://mcp.example.org/.well-known/oauth-protected-resource${new URL(server).pathname}`
  await putUp(server, {
    status,
    body: '',
    headers: { 'WWW-Authenticate': `Bearer resource_metadata="${described}"`, 'Content-Type': 'text/plain' },
  })
  await putUp(described, {
    json: { resource: server, authorization_servers: [ORIGIN], scopes_supported: ['read'], ...description },
  })
  return server
}

describe('The client doctor, asked about a document', () => {
  it('says that it can be used, and what of it is left out', async () => {
    const address = await givenDocument({ grant_types: ['authorization_code', 'urn:example:unknown'] })
    const found = await ask(address)
    expect(found).toMatchObject({ kind: 'document', state: 'odd' })
    expect(found.findings).toContain('right: It describes a valid client here.')
    expect(found.findings.join(' ')).toContain('urn:example:unknown')
  })

  it('says what is wrong with it, and with its address', async () => {
    const address = await givenDocument({ client_name: undefined })
    expect((await ask(address)).findings).toContain('wrong: The document has no client_name.')
    const other = await givenDocument()
    const { findings } = await ask(other, { OAUTH_CLIENT_DOMAINS: 'claude.ai' })
    expect(findings).toContain('wrong: Its address is at a domain that is not in OAUTH_CLIENT_DOMAINS.')
  })

  it('fetches nothing that the guard does not allow', async () => {
    for (const address of [
      'https://127.0.0.1/client.json',
      'http://app.example.org/x',
      'https://169.254.169.254/',
    ]) {
      const found = await ask(address)
      expect(found.kind).not.toBe('document')
      expect(found.findings.join(' ')).toMatch(/public host|https/)
    }
  })
})

describe('The client doctor, asked about an MCP server', () => {
  it('says that clients find their way from it', async () => {
    const found = await ask(await givenServer({}))
    expect(found).toMatchObject({ kind: 'MCP server', state: 'right' })
    expect(found.findings).toContain('right: It sends clients here for tokens.')
  })

  it.each<[string, object, number, string]>([
    [
      'trusts another provider',
      { authorization_servers: ['https://other.example'] },
      401,
      'It sends clients to https://other.example, and not to',
    ],
    [
      'names this one second',
      { authorization_servers: ['https://other.example', ORIGIN] },
      401,
      'some clients use only the first one',
    ],
    [
      'says that it is another',
      { resource: 'https://mcp.example.org/other' },
      401,
      'clients refuse a description of another address',
    ],
    ['answers 403', {}, 403, 'Without a token it answers 403'],
  ])('says where clients stop that find one which %s', async (_, description, status, text) => {
    const found = await ask(await givenServer(description, status))
    expect(found).toMatchObject({ kind: 'MCP server', state: 'wrong' })
    expect(found.findings.join('\n')).toContain(text)
  })

  it('says that a scope is not listed here', async () => {
    const found = await ask(await givenServer({ scopes_supported: ['read', 'files.all'] }))
    expect(found.state).toBe('odd')
    expect(found.findings.join(' ')).toContain('files.all')
  })
})

describe('The client doctor, asked about a redirect URI', () => {
  it('says whose it is, and whether it can be registered', async () => {
    const claude = await ask('https://claude.ai/api/mcp/auth_callback')
    expect(claude).toMatchObject({ kind: 'redirect URI', state: 'right' })
    expect(claude.findings.join(' ')).toContain('Claude (web, desktop, mobile)')
    const code = await ask('http://localhost:51000/callback')
    expect(code.findings.join(' ')).toContain('Claude Code, Codex: answers go there')
    const cursor = await ask('cursor://anysphere.cursor-mcp/oauth/callback')
    expect(cursor).toMatchObject({ kind: 'redirect URI', state: 'wrong' })
  })
})

describe('The client doctor, asked about a client id', () => {
  it('says how the client is set up, and why it was refused last', async () => {
    await send(authorizationUrl({ redirect_uri: 'https://elsewhere.example/cb' }))
    const found = await ask('web')
    expect(found).toMatchObject({ kind: 'client', state: 'right' })
    expect(found.findings.join(' ')).toContain('confidential client, and enabled')
    expect(found.refusals.join(' ')).toContain('authorize refused it by invalid_request')
    await all("UPDATE clients SET disabled_at = 1 WHERE client_id = 'web'")
    expect((await ask('web')).findings.join(' ')).toContain('is disabled')
    expect(await ask('nobody')).toMatchObject({ kind: 'nothing', state: 'wrong' })
  })

  it('looks at its document, too, if it has one', async () => {
    const address = await givenDocument()
    await send(authorizationUrl({ client_id: address, redirect_uri: CALLBACK }))
    await putUp(address, { json: documentOf(address, { redirect_uris: [] }) })
    const found = await ask(address)
    expect(found).toMatchObject({ kind: 'client', state: 'wrong' })
    expect(found.findings).toContain('wrong: The document has no redirect_uris.')
  })
})

describe('What the client doctor foresees', () => {
  it('follows the metadata, client by client', async () => {
    const shipped = await ask('web')
    expect(of(shipped, 'Claude Code')).toContain('identifies itself by its document')
    expect(of(shipped, 'ChatGPT')).toContain('authenticates with private_key_jwt')
    expect(of(shipped, 'Cursor')).toMatch(/^Cursor \(stops\): .*Set OAUTH_REGISTRATION to open\.$/)
    const open = await ask('web', { OAUTH_REGISTRATION: 'open' })
    expect(open.clients.filter((line) => line.includes('(stops)'))).toEqual([])
    const closed = await ask('web', { OAUTH_CLIENT_DOMAINS: 'none' })
    expect(closed.clients.filter((line) => line.includes('(works)'))).toEqual([])
    const some = await ask('web', { OAUTH_CLIENT_DOMAINS: 'vscode.dev' })
    expect(of(some, 'VS Code')).toContain('(works)')
    expect(of(some, 'Zed')).toContain('is not in OAUTH_CLIENT_DOMAINS')
  })

  it('is a list of the panel, whose filter asks about anything', async () => {
    const list = await staff.browser.visit('/admin/client-doctor')
    expect(list.status).toBe(200)
    expect(list.text).toContain('Claude Code')
    expect(list.text).toContain('Step by step')
    expect(list.text).toContain('>Check</button>')
    expect(list.text).not.toContain('/admin/client-doctor/show')
    const address = await givenDocument({ client_name: undefined })
    const asked = await staff.browser.visit(`/admin/client-doctor?target=${encodeURIComponent(address)}`)
    expect(asked.text).toContain('The document has no client_name.')
    expect(asked.text).toContain('/admin/client-doctor/show')
    const page = await staff.browser.visit(`/admin/client-doctor/show?id=${encodeURIComponent(address)}`)
    expect(page.status).toBe(200)
    expect(page.text).toContain('What known clients do')
  })
})
