import { execFile, spawn } from 'node:child_process'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { givenAlice, givenClient, PASSWORD, serve, type Served } from '../test/end-to-end/harness.ts'
import { openPerson } from '../test/end-to-end/person.ts'
import { blocksOf } from '../test/support/doc-blocks.ts'
import { installGo, type Installed, installPython } from './install.ts'

const SECRET = 'a-secret-of-the-tests'
const REDIRECT_URI = 'https://app.example/callback'

let served: Served
let python: Installed
let go: Installed
let userId: string

beforeAll(async () => {
  ;[python, go] = await Promise.all([installPython(), installGo()])
  served = await serve()
  const metadata = { name: 'A client in another language', redirect_uris: [REDIRECT_URI] }
  await givenClient(served, 'interop', metadata, SECRET)
  userId = await givenAlice(served, 'alice@app.example')
})
afterAll(async () => {
  await served.close()
  await python.remove()
  await go.remove()
})

it.each<[string, () => readonly [command: string, ...args: string[]]]>([
  ['Authlib', () => [python.path('bin/python'), join(import.meta.dirname, 'authlib_client.py')]],
  ['go-oidc', () => [go.path('interop')]],
])('%s, unmodified, signs a person in, verifies the ID token, asks UserInfo and refreshes', async (_, of) => {
  const [command, ...args] = of()
  const client = spawn(command, [...args, served.url.origin, 'interop', SECRET, REDIRECT_URI], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: client.stdout })[Symbol.asyncIterator]()
  const url = new URL(String((await lines.next()).value))
  const arrived = await openPerson('alice', PASSWORD).authorize(url)
  client.stdin.write(`${arrived.href}\n`)
  const known: unknown = JSON.parse(String((await lines.next()).value))
  expect(known).toEqual({
    sub: userId,
    user: { sub: userId, email: 'alice@app.example', email_verified: false },
    renewed: true,
  })
})

it('The program of docs/guides/go.md compiles with the versions that are tried here', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'guide-'))
  for (const name of ['go.mod', 'go.sum']) await cp(join(import.meta.dirname, 'go', name), join(folder, name))
  const program = blocksOf('docs/guides/go.md').find(({ file }) => file === 'main.go')
  await writeFile(join(folder, 'main.go'), program?.code ?? '')
  await expect(promisify(execFile)('go', ['vet', '.'], { cwd: folder })).resolves.toMatchObject({
    stderr: '',
  })
  await rm(folder, { recursive: true })
})
