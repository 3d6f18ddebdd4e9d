import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seedDemo } from '../../src/cli/seed.ts'
import { resources } from '../../src/operations/resources/index.ts'
import { serve, type Served } from './harness.ts'
import { openPerson } from './person.ts'

const PROGRAM = join(
  import.meta.dirname,
  '../../node_modules/@modelcontextprotocol/conformance/dist/index.js',
)

/** One check of the suite. */
interface Check {
  readonly id: string
  readonly status: string
  readonly errorMessage?: string
}

let served: Served
let folder: string
beforeAll(async () => {
  served = await serve()
  folder = await mkdtemp(join(tmpdir(), 'mcp-conformance-'))
})
afterAll(async () => {
  await served.close()
  await rm(folder, { recursive: true })
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('There is no port.')
  return address.port
}

/** Runs the suite, with a person who signs in and consents where it asks for one. */
async function run(
  args: readonly string[],
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn(process.execPath, [PROGRAM, 'authorization', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const person = openPerson('demo', 'demo')
  const visit = async (address: URL): Promise<void> => {
    await fetch(await person.authorize(address))
  }
  let output = ''
  let visited = false
  const read = (text: string): void => {
    output += text
    const address = /(http\S+\/oauth2\/authorize\?\S+)\s/.exec(output)?.[1]
    if (visited || address === undefined) return
    visited = true
    void visit(new URL(address))
  }
  child.stdout.setEncoding('utf8').on('data', read)
  child.stderr.setEncoding('utf8').on('data', read)
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { code, output }
}

async function checksIn(path: string): Promise<readonly Check[]> {
  const names = await readdir(path, { recursive: true })
  const files = names.filter((name) => name.endsWith('checks.json'))
  const lists = await Promise.all(files.map(async (name) => readFile(join(path, name), 'utf8')))
  return lists.flatMap((text) => JSON.parse(text) as Check[])
}

describe('The conformance suite of MCP', () => {
  it('passes every check of an authorization server, without a warning', async () => {
    const port = await freePort()
    await seedDemo(served.session, `${served.url.origin}/demo/callback`)
    const client = {
      client_id: 'conformance',
      name: 'Conformance',
      type: 'public',
      redirect_uris: [`http://127.0.0.1:${port}/callback`],
    }
    await resources.clients.create?.(client, served.session)
    const { origin } = served.url
    const { code, output } = await run([
      '--url',
      origin,
      '--client-id',
      'conformance',
      '-p',
      String(port),
      '-o',
      folder,
    ])
    const checks = await checksIn(folder)
    const failed = checks.filter(({ status }) => status !== 'SUCCESS' && status !== 'INFO')
    expect({ failed, ...(failed.length > 0 && { output }) }).toEqual({ failed: [] })
    expect(checks.length).toBeGreaterThan(1)
    expect(code).toBe(0)
  }, 120_000)
})
