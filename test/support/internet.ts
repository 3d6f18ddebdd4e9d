/**
 * The servers of other people, as the network of the tests has them: vitest.config.ts hands every request of the Worker for another
 * host to this. A test puts up what an address answers by a PUT, and takes it down by a DELETE; `documents.ts` does both.
 */

import { SITEVERIFY, siteverify } from './turnstile.ts'

/** What an address answers. */
export interface Answer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
  /** Seconds until it answers at all. */
  readonly delay?: number
  /** Its body never ends. */
  readonly endless?: boolean
}

/** The header by which a PUT of the tests is known, and the answer of a GET tells how often its address was asked. */
export const CONTROL = 'x-internet-of-the-tests'

const answers = new Map<string, Answer>()
const asked = new Map<string, number>()

/** Answers a request of the Worker; an address that no test has put up cannot be reached. */
export async function internet(request: Request): Promise<Response> {
  const { url } = request
  const control = request.headers.get(CONTROL)
  if (control !== null) return controlled(request, control)
  asked.set(url, (asked.get(url) ?? 0) + 1)
  const answer = answers.get(url)
  if (!answer && url === SITEVERIFY) return siteverify(request)
  if (!answer) throw new Error(`no test has put up ${url}`)
  if (answer.delay !== undefined) await new Promise((resolve) => setTimeout(resolve, answer.delay! * 1000))
  const headers = { 'Content-Type': 'application/json', ...answer.headers }
  return new Response(answer.endless ? endless(answer.body) : answer.body, {
    status: answer.status ?? 200,
    headers,
  })
}

async function controlled(request: Request, control: string): Promise<Response> {
  if (control === 'count') return new Response(String(asked.get(request.url) ?? 0))
  if (control === 'down') answers.delete(request.url)
  else answers.set(request.url, JSON.parse(await request.text()) as Answer)
  return new Response(null, { status: 204 })
}

/** Goes on for longer than anybody may wait. */
function endless(part: string): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(part)
  let left = 250
  return new ReadableStream({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 20))
      if (left-- > 0) controller.enqueue(bytes)
      else controller.close()
    },
    cancel() {
      left = 0
    },
  })
}
