import { type Around, bindingsWith } from '../../test/support/trips.ts'
import { type Cost, COST_HEADER } from './cost.ts'

interface App {
  fetch(request: Request, env: object, context: ExecutionContext): Response | Promise<Response>
}

/**
 * Serves an app so that each answer says what it cost, with the work that goes on after it. The bindings stay the same, as those
 * of a Worker do, so that what an isolate keeps is kept; requests must come one after the other.
 */
export function counting(app: App): ExportedHandler<Cloudflare.Env> {
  // Of the request that is answered: what one before it left unanswered, as its connection was closed, counts for none.
  let counted = { cost: nothing(), open: 0 }
  let bindings: object | undefined
  const around: Around = async (call, binding, _statement, method) => {
    const own = counted
    const { cost } = own
    if (own.open++ === 0) cost.trips++
    try {
      const result = await call()
      if (binding === 'd1') addStatements(cost, result)
      else if (method === 'put' || method === 'delete') cost.kvWrites++
      else cost.kvReads++
      return result
    } finally {
      own.open--
    }
  }
  return {
    async fetch(request, env, context) {
      counted = { cost: nothing(), open: 0 }
      bindings ??= { ...env, ...bindingsWith(around) }
      const later: Promise<unknown>[] = []
      const waiting = new Proxy(context, {
        get: (target, name) =>
          name === 'waitUntil'
            ? (work: Promise<unknown>) => later.push(work)
            : (Reflect.get(target, name) as unknown),
      })
      const response = await app.fetch(request, bindings, waiting)
      await Promise.all(later)
      const headers = new Headers(response.headers)
      headers.set(COST_HEADER, JSON.stringify(counted.cost satisfies Cost))
      return new Response(response.body, { status: response.status, headers })
    },
  }
}

function nothing(): Record<keyof Cost, number> {
  return { trips: 0, statements: 0, rowsRead: 0, rowsWritten: 0, kvReads: 0, kvWrites: 0 }
}

function addStatements(
  cost: { statements: number; rowsRead: number; rowsWritten: number },
  result: unknown,
): void {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every call of D1 here answers with its meta
  for (const { meta } of [result].flat() as D1Result[]) {
    cost.statements++
    cost.rowsRead += meta.rows_read
    cost.rowsWritten += meta.rows_written
  }
}
