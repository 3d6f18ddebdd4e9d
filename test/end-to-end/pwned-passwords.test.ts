import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Provider } from '../../src/concepts.ts'
import { isPwned } from '../../src/guards/pwned.ts'
import { serve as serveWorker } from './harness.ts'

/** A mirror of the range API on this machine, as those that people run for themselves. */
let server: Server | undefined
const asked: IncomingMessage[] = []

async function mirror(answer: (response: ServerResponse, request: IncomingMessage) => void): Promise<string> {
  const started = createServer((request, response) => {
    asked.push(request)
    answer(response, request)
  })
  server = started
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}`
}

afterEach(async () => {
  asked.length = 0
  server?.closeAllConnections()
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)))
  server = undefined
})

/** The whole hash of a password, as the API writes it. */
function sha1(password: string): string {
  return createHash('sha1').update(password).digest('hex').toUpperCase()
}

/** Answers like the API: the suffixes of the known passwords of the range, among padding. */
function knowing(...passwords: readonly string[]) {
  return (response: ServerResponse, { url = '' }: IncomingMessage): void => {
    const prefix = url.replace('/range/', '')
    const known = passwords.map(sha1).filter((hash) => hash.startsWith(prefix))
    const lines = [
      `${'0'.repeat(35)}:0`,
      ...known.map((hash) => `${hash.slice(5)}:3`),
      `${sha1('padded with a count of nothing').slice(5)}:0`,
    ]
    response.writeHead(200, { 'Content-Type': 'text/plain' }).end(lines.join('\r\n'))
  }
}

async function check(password: string, pwnedPasswords: string | null): Promise<boolean> {
  const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
  const isKnown = await isPwned(password, { featureSettings: { pwnedPasswords } } as unknown as Provider)
  for (const [, line] of warned.mock.calls) expect(String(line)).not.toContain(password)
  warned.mockRestore()
  return isKnown
}

describe('a password that somebody chooses', () => {
  it('is looked for by five characters of its hash, and nothing else leaves', async () => {
    const url = await mirror(knowing('a password of many people'))
    expect(await check('a password of many people', url)).toBe(true)
    expect(await check('a password of nobody else', url)).toBe(false)
    expect(asked.map(({ url: path }) => path)).toEqual([
      `/range/${sha1('a password of many people').slice(0, 5)}`,
      `/range/${sha1('a password of nobody else').slice(0, 5)}`,
    ])
    for (const { headers } of asked) {
      expect(headers['add-padding']).toBe('true')
      for (const name of ['cookie', 'authorization', 'referer']) expect(headers).not.toHaveProperty(name)
    }
  })

  it('is not looked for unless a setting names the service', async () => {
    await mirror(knowing('a password of many people'))
    expect(await check('a password of many people', null)).toBe(false)
    expect(asked).toEqual([])
  })

  it('that stands in the padding is not known', async () => {
    const url = await mirror((response, request) => {
      knowing()(response, request)
    })
    expect(await check('padded with a count of nothing', url)).toBe(false)
  })

  it.each<[string, (response: ServerResponse) => void]>([
    ['fails', (response) => response.writeHead(503).end()],
    ['redirects', (response) => response.writeHead(302, { Location: '/elsewhere' }).end()],
    ['answers nothing that is one', (response) => response.writeHead(200).end('<html>')],
    ['never answers', () => undefined],
    ['breaks off', (response) => response.destroy()],
  ])('is taken where the service %s', async (_name, answer) => {
    const url = await mirror(answer)
    expect(await check('a password of many people', url)).toBe(false)
  })

  it('is taken where nothing listens', async () => {
    expect(await check('a password of many people', 'http://127.0.0.1:1')).toBe(false)
  })

  it('is refused at sign-up by the Worker', async () => {
    const url = await mirror(knowing('a password of many people'))
    const served = await serveWorker({ OAUTH_PWNED_PASSWORDS: url, OAUTH_ALLOW_SIGNUP: 'true' })
    try {
      const page = await fetch(new URL('/sign-up', served.url))
      const cookie = page.headers
        .getSetCookie()
        .map((each) => each.split(';')[0])
        .join('; ')
      const [, antiForgery = ''] = /name="anti_forgery" value="([^"]*)"/.exec(await page.text()) ?? []
      const signUp = async (password: string): Promise<Response> => {
        const form = { anti_forgery: antiForgery, username: 'carol', password, repeated_password: password }
        const init = { method: 'POST', body: new URLSearchParams(form), headers: { Cookie: cookie } }
        return fetch(new URL('/sign-up', served.url), { ...init, redirect: 'manual' })
      }
      const refused = await signUp('a password of many people')
      expect(refused.status).toBe(400)
      expect(await refused.text()).toContain('This password is known from a breach of another site.')
      expect((await signUp('a password of nobody else')).status).toBe(303)
    } finally {
      await served.close()
    }
  })
})
