import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { text as textOf } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createState } from '../cli/run-cli.ts'

const FORM = 'application/x-www-form-urlencoded'
const MEGABYTE = 1024 * 1024

const state = await createState()
let child: ChildProcess
let url = ''

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => {
    server.once('listening', resolve)
  })
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => {
    server.close(resolve)
  })
  return port
}

beforeAll(async () => {
  const port = await freePort()
  url = `http://localhost:${port}`
  child = spawn(process.execPath, ['scripts/start.ts'], {
    env: { ...process.env, CI: 'true', PERSIST_TO: state.path, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise<void>((resolve) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      if (text.includes('Ctrl-C stops it.')) resolve()
    })
  })
}, 240_000)
afterAll(async () => {
  const ended = new Promise((resolve) => {
    child.on('close', resolve)
  })
  child.kill('SIGTERM')
  await ended
  await state.remove()
})

describe('a body of three megabytes, over a socket of wrangler dev', () => {
  it.each([
    ['a form at the token endpoint', '/oauth2/token', FORM, 400, 'The request is too large.'],
    ['JSON at the token endpoint', '/oauth2/token', 'application/json', 400, 'The body must be'],
    ['parameters in the URL as well', '/oauth2/token?x=1', FORM, 400, 'Parameters belong in the body'],
    ['a form at the introspection endpoint', '/oauth2/introspect', FORM, 400, 'The request is too large.'],
    [
      'a form at a document',
      '/.well-known/oauth-authorization-server',
      FORM,
      405,
      'Only GET requests allowed.',
    ],
    ['a form at the sign-in page', '/login', FORM, 400, 'The request is too large.'],
    ['a form at the authorization endpoint', '/oauth2/authorize', FORM, 400, 'The request is too large.'],
    ['JSON at the API of the panel, without a token', '/admin/api/clients', 'application/json', 401, ''],
  ])('%s gets our own answer', async (_name, path, type, status, text) => {
    for (const size of [3 * MEGABYTE, 200_000]) {
      const body = `grant_type=${'x'.repeat(size)}`
      const response = await fetch(url + path, { body, headers: { 'Content-Type': type }, method: 'POST' })
      expect([size, response.status]).toEqual([size, status])
      expect(await response.text()).toContain(text)
    }
  })

  it('gets our own answer each time, eight at once', { timeout: 120_000 }, async () => {
    const body = 'x'.repeat(3 * MEGABYTE)
    const ask = async (path: string): Promise<readonly [number | undefined, string]> => {
      const headers = { 'Content-Length': body.length, 'Content-Type': FORM }
      const sent = request(url + path, { headers, method: 'POST' }).end(body)
      const [response] = (await once(sent, 'response')) as [IncomingMessage]
      return [response.statusCode, await textOf(response)]
    }
    for (let round = 0; round < 12; round++) {
      const paths = Array.from({ length: 8 }, (_, index) => (index % 4 === 0 ? '/login' : '/oauth2/token'))
      for (const [status, text] of await Promise.all(paths.map(ask))) {
        expect(text).toContain('The request is too large.')
        expect(status).toBe(400)
      }
    }
  })
})
