import { readFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

const TLS = join(import.meta.dirname, '../fixtures/tls')

/** A host with the document of an application, over https. */
export interface DocumentHost {
  /** The address of the document. */
  readonly address: string
  /** How often it was asked for. */
  readonly asked: () => number
  readonly close: () => Promise<void>
}

/**
 * Serves a document over https at this machine's own name; vitest.config.ts has the Worker trust its certificate.
 * @param members beside `client_id`
 */
export async function serveDocument(members: Readonly<Record<string, unknown>>): Promise<DocumentHost> {
  const [cert, key] = await Promise.all(
    ['localhost.pem', 'localhost.key.pem'].map(async (name) => readFile(join(TLS, name))),
  )
  let asked = 0
  let address = ''
  const server = createServer({ cert, key }, (_, response) => {
    asked++
    response
      .writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'max-age=300' })
      .end(JSON.stringify({ client_id: address, ...members }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  address = `https://localhost:${(server.address() as AddressInfo).port}/client.json`
  return {
    address,
    asked: () => asked,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
