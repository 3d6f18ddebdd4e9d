import autocannon from 'autocannon'

/** How many connections ask at the same time. */
export const CONNECTIONS = 32

/** Requests that the load generator asks for but may never send. */
export const SPARE = 4 * CONNECTIONS

/** One request. */
export interface Ask {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly form?: Readonly<Record<string, string>>
}

/** An answer, as far as the next request may need it. */
export interface Answer {
  readonly status: number
  readonly body: string
  readonly location: string
}

/** A source of requests. */
export interface Requests {
  /** The next request; connections ask a few more than are sent. */
  readonly next: () => Ask
  /** Gets each answer. */
  readonly seen?: (answer: Answer) => void
}

/** What a load showed. */
export interface Load {
  /** Requests a second. */
  readonly rate: number
  /** Milliseconds within which half of the answers came. */
  readonly p50: number
  /** Milliseconds within which 99 of 100 came. */
  readonly p99: number
}

/**
 * Sends a number of requests from all connections.
 * @param status that every answer must have
 * @throws {Error} an answer has another status, or does not come
 */
export async function load(
  url: URL,
  { next, seen }: Requests,
  amount: number,
  status: number,
): Promise<Load> {
  const bodies: string[] = []
  // The generator notices late that it is done, so the time is taken here.
  let [first, last] = [0, 0]
  const { errors, latency, statusCodeStats, timeouts } = await autocannon({
    url: url.href,
    amount,
    connections: Math.min(CONNECTIONS, amount),
    timeout: 30,
    sampleInt: 50,
    requests: [
      {
        setupRequest: (request) => {
          first ||= performance.now()
          return { ...request, ...encode(next()) }
        },
        onResponse: (code, body, _context, headers) => {
          last = performance.now()
          if (code !== status && bodies.length < 1) bodies.push(`${code} ${body}`)
          seen?.({
            status: code,
            body,
            location: String(headers?.['Location'] ?? headers?.['location'] ?? ''),
          })
        },
      },
    ],
  })
  const right = statusCodeStats?.[`${status}`]?.count ?? 0
  if (errors + timeouts > 0 || right !== amount) {
    throw new Error(
      `${url.href}: ${right} of ${amount} answers are ${status}, ${errors} errors. ${bodies.join(' ')}`,
    )
  }
  return { rate: (amount * 1000) / (last - first), p50: latency.p50, p99: latency.p99 }
}

/** Sends one request, as the load would, and gives the answer with its headers. */
export async function send(url: URL, ask: Ask): Promise<Answer & { readonly headers: Headers }> {
  const { body, headers, method, path } = encode(ask)
  const response = await fetch(new URL(path, url), {
    body: body ?? null,
    headers,
    method,
    redirect: 'manual',
  })
  return {
    status: response.status,
    body: await response.text(),
    location: response.headers.get('Location') ?? '',
    headers: response.headers,
  }
}

function encode({ form, headers, method, path }: Ask): {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers: Record<string, string>
  readonly body?: string
} {
  if (!form) return { method, path, headers: { ...headers } }
  const type = { 'Content-Type': 'application/x-www-form-urlencoded' }
  return { method, path, headers: { ...headers, ...type }, body: new URLSearchParams(form).toString() }
}

/**
 * Takes what was made for a request.
 * @throws {Error} there is no more
 */
export function taken<T>(values: T[]): T {
  const value = values.pop()
  if (value === undefined) throw new Error('Too little was made beforehand.')
  return value
}
