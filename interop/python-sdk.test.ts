import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DocumentHost, serveDocument } from '../test/end-to-end/mcp-document.ts'
import { CALLBACK } from '../test/end-to-end/mcp-memory.ts'
import { type McpWorld, openMcpWorld } from '../test/end-to-end/mcp-world.ts'
import { type Installed, installPython } from './install.ts'

let world: McpWorld
let python: Installed
let host: DocumentHost
beforeAll(async () => {
  python = await installPython()
  world = await openMcpWorld({ OAUTH_FETCH_LOOPBACK: 'true' })
  host = await serveDocument({
    client_name: 'A program in Python',
    redirect_uris: [CALLBACK],
    token_endpoint_auth_method: 'none',
  })
})
afterAll(async () => {
  await world.close()
  await host.close()
  await python.remove()
})

interface Program {
  /** Where it sent its user, in order. */
  readonly asked: readonly URL[]
  /** Takes a step, and signs its user in where it must. */
  readonly take: (step: string) => Promise<Readonly<Record<string, string>>>
  readonly end: () => void
}

/** Starts a program, which connects. */
async function start(document: readonly string[] = []): Promise<Program> {
  const args = [join(import.meta.dirname, 'mcp_client.py'), world.server.href, CALLBACK, ...document]
  const child = spawn(python.path('bin/python'), args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const asked: URL[] = []
  const hear = async (): Promise<Readonly<Record<string, string>>> => {
    for (;;) {
      const { done, value } = await lines.next()
      if (done === true) throw new Error('The program ended.')
      const answer = JSON.parse(value) as Record<string, string>
      if (answer['open'] === undefined) return answer
      const url = new URL(answer['open'])
      asked.push(url)
      child.stdin.write(`${(await world.person.authorize(url)).href}\n`)
    }
  }
  expect(await hear()).toEqual({ connected: 'notes' })
  return {
    asked,
    async take(step) {
      child.stdin.write(`${step}\n`)
      return hear()
    },
    end: () => child.kill(),
  }
}

describe('The Python SDK', () => {
  it('finds the provider, registers, signs a person in, calls, refreshes, steps up and is revoked', async () => {
    const program = await start()
    expect(await program.take('call whoami {}')).toEqual({ text: 'demo' })
    const [asked] = program.asked
    expect(asked?.searchParams.get('resource')).toBe(world.server.href)
    expect(asked?.searchParams.get('scope')).toBe('read offline_access')
    const { client, refresh } = await program.take('used')
    const registered = await world.db
      .prepare('SELECT name, type FROM clients WHERE client_id = ?')
      .bind(client)
      .all()
    expect(registered.results).toEqual([{ name: 'Python', type: 'public' }])

    await world.expireAccessTokens()
    await program.take('expire')
    expect(await program.take('call whoami {}')).toEqual({ text: 'demo' })
    expect(program.asked.length).toBe(1)
    expect((await program.take('used'))['refresh']).not.toBe(refresh)

    expect(await program.take('call save_note {"text":"a"}')).toEqual({ text: '1 of demo' })
    expect(program.asked.length).toBe(2)
    expect(program.asked[1]?.searchParams.get('scope')?.split(' ')).toEqual(
      expect.arrayContaining(['read', 'write']),
    )

    await world.withdraw()
    expect(await program.take('call whoami {}')).toEqual({ text: 'demo' })
    expect(program.asked.length).toBe(3)
    program.end()
  })

  it('is known by the address of its document, and registers nothing', async () => {
    const program = await start([host.address])
    expect(await program.take('call whoami {}')).toEqual({ text: 'demo' })
    expect(program.asked[0]?.searchParams.get('client_id')).toBe(host.address)
    expect(await program.take('used')).toMatchObject({ client: host.address })
    program.end()
  })
})
