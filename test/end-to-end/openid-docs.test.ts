import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { seedDemo } from '../../src/cli/seed.ts'
import { blocksOf } from '../support/doc-blocks.ts'
import { givenClient, serve, type Served } from './harness.ts'
import { openPerson } from './person.ts'

const ROOT = join(import.meta.dirname, '../..')
const SECRET = 'a-secret-of-your-own'

let served: Served
let folder: string
let app: ChildProcess
let here: string

/** The application of docs/openid.md. */
function appOfTheDocs(): string {
  const [, code = ''] = /```js\n(.*?)```/s.exec(readFileSync(join(ROOT, 'docs/openid.md'), 'utf8')) ?? []
  expect(code).toContain("from 'openid-client'")
  return code
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}

beforeAll(async () => {
  served = await serve()
  const port = await freePort()
  here = `http://localhost:${port}`
  await seedDemo(served.session, 'http://localhost/demo')
  await givenClient(served, 'shop', { name: 'Shop', redirect_uris: [`${here}/callback`] }, SECRET)
  mkdirSync(join(ROOT, '.wrangler'), { recursive: true })
  folder = mkdtempSync(join(ROOT, '.wrangler/docs-'))
  writeFileSync(join(folder, 'app.mjs'), appOfTheDocs())
  app = spawn(process.execPath, [join(folder, 'app.mjs')], {
    env: {
      ...process.env,
      ISSUER: served.url.origin,
      CLIENT_ID: 'shop',
      CLIENT_SECRET: SECRET,
      PORT: String(port),
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  await vi.waitFor(() => fetch(here, { redirect: 'manual' }), { timeout: 20_000, interval: 200 })
})
afterAll(async () => {
  app.kill()
  await served.close()
  rmSync(folder, { recursive: true })
})

describe('The application of the documentation', () => {
  it('signs a person in', async () => {
    const begun = await fetch(here, { redirect: 'manual' })
    const cookie = begun.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    const callback = await openPerson('demo', 'demo').authorize(new URL(begun.headers.get('Location') ?? ''))
    expect(callback.origin).toBe(here)
    const greeted = await fetch(callback, { headers: { Cookie: cookie } })
    expect(await greeted.text()).toMatch(/^Hello demo, known as [\w-]{20,}$/)
    // The same answer counts once, and in the browser that asked alone.
    expect((await fetch(callback, { headers: { Cookie: cookie } })).status).toBe(400)
  })

  it('takes no answer in a browser that it did not send', async () => {
    const begun = await fetch(here, { redirect: 'manual' })
    const callback = await openPerson('demo', 'demo').authorize(new URL(begun.headers.get('Location') ?? ''))
    expect((await fetch(callback)).status).toBe(400)
  })
})

describe('The application of the guide for Hono', () => {
  it('signs a person in, and takes an answer in the browser alone that it sent', async () => {
    const code = blocksOf('docs/guides/hono.md').find(({ file }) => file === 'app.ts')?.code ?? ''
    writeFileSync(join(folder, 'hono.ts'), code)
    const { default: hono } = (await import(pathToFileURL(join(folder, 'hono.ts')).href)) as { default: Hono }
    const env = {
      ISSUER: served.url.origin,
      CLIENT_ID: 'shop',
      CLIENT_SECRET: SECRET,
      COOKIE_KEY: 'a key of the application',
    }
    const ask = async (url: URL | string, cookie = ''): Promise<Response> =>
      hono.request(new URL(url, here).href, { headers: { Cookie: cookie } }, env)
    expect((await ask('/')).headers.get('Location')).toBe('/sign-in')
    const begun = await ask('/sign-in')
    const cookie = begun.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    const callback = await openPerson('demo', 'demo').authorize(new URL(begun.headers.get('Location') ?? ''))
    expect((await ask(callback)).status).toBe(400)
    const landed = await ask(callback, cookie)
    const session = landed.headers.getSetCookie().find((line) => line.startsWith('session=')) ?? ''
    expect(landed.headers.get('Location')).toBe('/')
    expect(await (await ask('/', session.split(';')[0])).text()).toMatch(/^Hello [\w-]{20,}$/)
  })
})
