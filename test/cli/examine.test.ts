import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seedDemo } from '../../src/cli/seed.ts'
import type { Diagnosis } from '../../src/operations/client-doctor/grounds.ts'
import { serve, type Served } from '../end-to-end/harness.ts'
import { type CliResult, jsonOf, runOn } from './run-cli.ts'

let served: Served
let server: Server
/** Where the client's server is. */
let there: string

beforeAll(async () => {
  served = await serve({ OAUTH_FETCH_LOOPBACK: 'true' })
  await seedDemo(served.session, `${served.url.origin}/demo/callback`)
  server = createServer((request, response) => {
    const address = `${there}${request.url}`
    const document = {
      client_id: request.url === '/client.json' ? address : 'https://other.example/client.json',
      client_name: 'An application',
      redirect_uris: ['http://127.0.0.1/callback'],
    }
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(document))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  there = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  await served.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const open = async () => ({ ...served.session, issuer: served.url.origin, close: async () => {} })

async function doctor(...args: readonly string[]): Promise<CliResult> {
  return runOn(open, ['doctor', ...args])
}

/** Lets the provider refuse something of the client `demo`. */
async function refuse(): Promise<void> {
  const url = new URL('/oauth2/authorize', served.url)
  url.search = new URLSearchParams({
    client_id: 'demo',
    redirect_uri: 'https://elsewhere.example/',
  }).toString()
  expect((await fetch(url, { redirect: 'manual' })).status).toBe(400)
}

describe('doctor with a target', () => {
  it('asks the provider that runs, and says what each known client would do', async () => {
    const found = jsonOf<Diagnosis>(await doctor('demo', '--json'))
    expect(found).toMatchObject({ target: 'demo', kind: 'client' })
    const claude = found.clients.find(({ client }) => client === 'Claude Code')
    expect(claude).toMatchObject({ works: true })
    expect(claude?.steps[0]).toContain(served.url.origin)
    const cursor = found.clients.find(({ client }) => client === 'Cursor')
    expect(cursor?.steps.at(-1)).toContain('Set OAUTH_REGISTRATION to open')
  })

  it('says it in words, with a mark before each line', async () => {
    const { code, stdout } = await doctor(`${there}/client.json`)
    expect(code).toBe(0)
    expect(stdout).toContain(`${there}/client.json: document`)
    expect(stdout).toMatch(/^ok +It describes a valid client here\.$/m)
    expect(stdout).toMatch(/^wrong +Cursor$/m)
    expect((await doctor(`${there}/stolen.json`)).stdout).toMatch(
      /^wrong +The document is the document of another client/m,
    )
    expect((await doctor('cursor://x/callback')).stdout).toMatch(/^wrong +The redirect URI/m)
  })

  it('fits a terminal of 80 signs, under the mark of each line; a pipe gets whole lines', async () => {
    await refuse()
    const args = ['doctor', 'demo']
    const shown = await runOn(open, args, '', undefined, null, {
      screen: { width: 80, color: false, now: 0 },
    })
    const lines = shown.stdout.split('\n')
    expect(lines.filter((line) => line.length > 80)).toEqual([])
    expect(lines.filter((line) => line.startsWith('            ')).length).toBeGreaterThan(5)
    expect(shown.stdout).toContain('Last refusals')
    const piped = await doctor('demo')
    expect(piped.stdout.split('\n').some((line) => line.length > 80)).toBe(true)
    const words = (text: string): readonly string[] => text.split(/\s+/)
    expect(words(shown.stdout)).toEqual(words(piped.stdout))
  })

  it('says what to do where the provider does not answer', async () => {
    const { code, stderr } = await doctor('demo', '--issuer', 'http://127.0.0.1:9')
    expect(code).toBe(1)
    expect(stderr).toContain('could not be reached')
    expect(stderr).toContain('--issuer')
  })

  it('compares no client with the metadata of another issuer', async () => {
    const { code, stderr } = await doctor('demo', '--issuer', there)
    expect(code).toBe(1)
    expect(stderr).toContain('describes another issuer')
  })
})
