import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** What the application was sent. */
export interface Received {
  readonly method: string
  readonly url: URL
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A client's own web server: remembers what it is sent. */
export interface Application {
  readonly port: number
  readonly received: readonly Received[]
  /** What a page of it holds, by path. */
  readonly pages: Map<string, string>
  /** Where a path redirects to. */
  readonly redirects: Map<string, string>
  /** What a path waits for before it answers. */
  readonly delays: Map<string, Promise<void>>
  close(): Promise<void>
}

/** Starts an application, which answers at whichever host leads to it. */
export async function startApplication(): Promise<Application> {
  const received: Received[] = []
  const pages = new Map<string, string>()
  const redirects = new Map<string, string>()
  const delays = new Map<string, Promise<void>>()
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request)
    const url = new URL(request.url ?? '', `http://${request.headers.host}`)
    received.push({ method: request.method ?? '', url, headers: request.headers, body })
    await delays.get(url.pathname)
    const location = redirects.get(url.pathname)
    if (location !== undefined) {
      response.writeHead(302, { Location: `${location}${url.search}` }).end()
      return
    }
    const page = pages.get(url.pathname) ?? '<h1>The application</h1>'
    response.setHeader('Content-Type', 'text/html; charset=utf-8')
    response.end(`<!doctype html><html lang="en"><title>Application</title>${page}</html>`)
  }
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    received,
    pages,
    redirects,
    delays,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
