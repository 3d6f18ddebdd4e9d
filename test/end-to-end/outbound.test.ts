import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { fetchJson, type FetchRules } from '../../src/outbound/fetch-json.ts'
import { postForm } from '../../src/outbound/post-form.ts'
import { readClientKeys } from '../../src/private-key-jwt/client-keys.ts'

const RULES: FetchRules = { allowLoopback: true, maxBytes: 1000, timeout: 3, types: [] }
const JSON_TYPE = { 'Content-Type': 'application/json' }

let server: Server | undefined

async function serve(listener: RequestListener): Promise<string> {
  const started = createServer(listener)
  server = started
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}`
}

afterEach(async () => {
  server?.closeAllConnections()
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)))
  server = undefined
})

describe('A document that a stranger names', () => {
  it('is fetched without anything of ours', async () => {
    let headers: NodeJS.Dict<string | string[]> = {}
    const url = await serve((request, response) => {
      ;({ headers } = request)
      response.writeHead(200, JSON_TYPE).end('{"a":1}')
    })
    expect((await fetchJson(url, RULES)).json).toEqual({ a: 1 })
    expect(headers).not.toHaveProperty('cookie')
    expect(headers).not.toHaveProperty('authorization')
    expect(headers).not.toHaveProperty('referer')
  })

  it.each<[string, RequestListener, string]>([
    [
      'redirects',
      (_, response) => response.writeHead(302, { Location: 'http://127.0.0.1:1/' }).end(),
      'redirects',
    ],
    ['is not there', (_, response) => response.writeHead(404, JSON_TYPE).end('{}'), 'status 404'],
    ['is only a part', (_, response) => response.writeHead(206, JSON_TYPE).end('{}'), 'status 206'],
    [
      'is a page',
      (_, response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('{}'),
      'the type',
    ],
    ['has no type', (_, response) => response.writeHead(200).end('{}'), 'the type'],
    ['is a list', (_, response) => response.writeHead(200, JSON_TYPE).end('[]'), 'JSON object'],
    ['is not JSON', (_, response) => response.writeHead(200, JSON_TYPE).end('{'), 'JSON object'],
    [
      'is not UTF-8',
      (_, response) => response.writeHead(200, JSON_TYPE).end(Uint8Array.of(0x7b, 0xff, 0x7d)),
      'UTF-8',
    ],
    [
      'says that it is too large',
      (_, response) => response.writeHead(200, JSON_TYPE).end('x'.repeat(1001)),
      'larger',
    ],
    [
      'never ends',
      (_, response) => {
        response.writeHead(200, JSON_TYPE)
        const more = setInterval(() => response.write('x'.repeat(100)), 5)
        response.on('close', () => clearInterval(more))
      },
      'larger',
    ],
    [
      'trickles',
      (_, response) => {
        response.writeHead(200, JSON_TYPE)
        const more = setInterval(() => response.write(' '), 100)
        response.on('close', () => clearInterval(more))
      },
      'longer than 3 seconds',
    ],
    ['is not answered', () => {}, 'longer than 3 seconds'],
    [
      'breaks off',
      (_, response) => response.writeHead(200, JSON_TYPE).write('{', () => response.destroy()),
      'reached',
    ],
  ])('is refused if it %s', async (_, listener, problem) => {
    const url = await serve(listener)
    await expect(fetchJson(url, RULES)).rejects.toThrow(problem)
  })

  it('is not even asked for at an address of this machine, but in development', async () => {
    let asked = 0
    const url = await serve((_, response) => {
      asked++
      response.writeHead(200, JSON_TYPE).end('{}')
    })
    await expect(fetchJson(url, { ...RULES, allowLoopback: false })).rejects.toThrow('https')
    expect(asked).toBe(0)
  })
})

/** Reads the keys at an address at some time. */
async function keysAt(jwks_uri: string, kid: string | null, now: number): ReturnType<typeof readClientKeys> {
  const provider = {
    settings: { fetchLoopback: true },
    request: { id: '', now, network: null },
  } as Parameters<typeof readClientKeys>[2]
  return readClientKeys({ type: 'confidential', metadata: { jwks_uri } }, kid, provider)
}

describe('The keys of a client by their address', () => {
  it('are kept, fetched again for a key that is new, and outlast a server that fails', async () => {
    let asked = 0
    let answer: unknown = { keys: [{ kty: 'EC', kid: 'one' }] }
    const url = await serve((_, response) => {
      asked++
      if (answer === null) response.writeHead(500).end()
      else response.writeHead(200, JSON_TYPE).end(JSON.stringify(answer))
    })
    const read = async (kid: string | null, now: number) =>
      (await keysAt(`${url}/jwks`, kid, now)).map((key) => key.kid)
    expect(await read('one', 1000)).toEqual(['one'])
    expect(await read('one', 1200)).toEqual(['one'])
    expect(asked).toBe(1)
    answer = {
      keys: [
        { kty: 'EC', kid: 'one' },
        { kty: 'EC', kid: 'two' },
      ],
    }
    expect(await read('two', 1201)).toEqual(['two'])
    expect(asked).toBe(2)
    // However many unknown keys are asked for, the address is not asked each time.
    expect(await read('nine', 1202)).toEqual([])
    expect(await read('ten', 1203)).toEqual([])
    expect(asked).toBe(2)
    answer = null
    expect(await read('one', 2000)).toEqual(['one'])
    expect(await read('two', 2001)).toEqual(['two'])
    expect(asked).toBe(3)
    await expect(read('nine', 3000)).rejects.toThrow('status 500')
  })

  it('are not asked for again at once where that fails, with or without an earlier copy, and soon are again', async () => {
    let asked = 0
    let keys: readonly object[] | null = null
    const url = await serve((_, response) => {
      asked++
      if (keys === null) response.writeHead(500).end()
      else response.writeHead(200, JSON_TYPE).end(JSON.stringify({ keys }))
    })
    const read = async (kid: string, now: number) =>
      (await keysAt(`${url}/jwks`, kid, now)).map((key) => key.kid)
    for (const now of [1000, 1001, 1004]) await expect(read('one', now)).rejects.toThrow('status 500')
    expect(asked).toBe(1)
    keys = [{ kty: 'EC', kid: 'one' }]
    expect(await read('one', 1005)).toEqual(['one'])
    expect(asked).toBe(2)
    // A stranger asks for keys that are not there while the server fails: one request in five seconds.
    keys = null
    for (const now of [1010, 1011, 1014]) await expect(read('stranger', now)).rejects.toThrow('status 500')
    expect(asked).toBe(3)
    // The known key works all the time, and a new one five seconds later at most.
    expect(await read('one', 1014)).toEqual(['one'])
    keys = [{ kty: 'EC', kid: 'two' }]
    expect(await read('two', 1015)).toEqual(['two'])
    expect(asked).toBe(4)
  })

  it('are kept however many other addresses fail', async () => {
    let asked = 0
    const url = await serve(({ url: path = '' }, response) => {
      asked++
      if (path !== '/good') response.writeHead(500).end()
      else response.writeHead(200, JSON_TYPE).end('{"keys":[{"kty":"EC","kid":"one"}]}')
    })
    await keysAt(`${url}/good`, 'one', 1000)
    for (let number = 0; number < 300; number++)
      await expect(keysAt(`${url}/${number}`, 'one', 1000)).rejects.toThrow('status 500')
    asked = 0
    expect(await keysAt(`${url}/good`, 'one', 1001)).toHaveLength(1)
    expect(asked).toBe(0)
  })
})

describe('A form for an address that a stranger named', () => {
  const rules = { allowLoopback: true, timeout: 3 }

  it('is taken by whoever answers with success, and what is said beside is not read', async () => {
    let body = ''
    const url = await serve((request, response) => {
      request.on('data', (part: Buffer) => (body += part.toString()))
      request.on('end', () => response.writeHead(204).end())
    })
    await postForm(url, { a: 'b c' }, rules)
    expect(body).toBe('a=b+c')
  })

  it.each<[string, RequestListener, string]>([
    ['redirects', (_, response) => response.writeHead(307, { Location: '/again' }).end(), 'status 307'],
    ['fails', (_, response) => response.writeHead(503).end(), 'status 503'],
    ['does not answer', () => {}, 'longer than 3 seconds'],
  ])('is not taken by one that %s', async (_, listener, problem) => {
    const url = await serve(listener)
    await expect(postForm(url, {}, rules)).rejects.toThrow(problem)
  })

  it('is not posted to an address of this machine, but in development', async () => {
    let asked = 0
    const url = await serve((_, response) => {
      asked++
      response.end()
    })
    await expect(postForm(url, {}, { ...rules, allowLoopback: false })).rejects.toThrow('https')
    expect(asked).toBe(0)
  })
})
