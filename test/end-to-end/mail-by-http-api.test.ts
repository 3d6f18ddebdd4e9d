import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { sendByApi } from '../../examples/mail-by-http-api/send.ts'

const MAIL = {
  from: { name: 'Accounts, "of" ours', email: 'accounts@example.org' },
  to: 'ann@example.org',
  subject: 'Your code',
  text: '012345',
  html: '<p>012345</p>',
}

let server: Server | undefined

afterEach(async () => {
  server?.closeAllConnections()
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)))
})

/** A service on this machine that answers with a status, and keeps what it was sent. */
async function serve(status: number): Promise<{ readonly url: string; readonly sent: unknown[] }> {
  const sent: unknown[] = []
  const started = createServer((request, response) => {
    let body = ''
    request.on('data', (part: Buffer) => (body += part.toString()))
    request.on('end', () => {
      sent.push({
        method: request.method,
        key: request.headers.authorization,
        body: JSON.parse(body) as unknown,
      })
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(body)
    })
  })
  server = started
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(started.address() as AddressInfo).port}/emails`, sent }
}

describe('mail by an HTTP API', () => {
  it('is one POST of JSON with the key, to one address', async () => {
    const { sent, url } = await serve(200)
    await sendByApi('a key', url)(MAIL)
    const { html, subject, text } = MAIL
    const body = {
      from: '"Accounts, of ours" <accounts@example.org>',
      to: ['ann@example.org'],
      html,
      subject,
      text,
    }
    expect(sent).toEqual([{ method: 'POST', key: 'Bearer a key', body }])
  })

  it('that is refused tells the status, and nothing of the mail', async () => {
    const { url } = await serve(422)
    await expect(sendByApi('a key', url)(MAIL)).rejects.toThrow(
      /^The mail service answered with status 422\.$/,
    )
  })
})
