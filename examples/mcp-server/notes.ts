import { fromJsonSchema, McpServer } from '@modelcontextprotocol/server'
import type { Context, Next } from 'hono'

const NOTE = fromJsonSchema<{ text: string }>({
  type: 'object',
  properties: { text: { type: 'string', maxLength: 1000 } },
  required: ['text'],
})

const notes = new Map<string, string[]>()

const answer = (text: string) => ({ content: [{ type: 'text' as const, text }] })

/** The tools, for one user: the same in the provider's Worker and in a Worker of its own. */
export function notesServer(username: string): McpServer {
  const server = new McpServer({ name: 'notes', version: '1.0.0' })
  server.registerTool('whoami', { description: 'Says who is asking' }, async () => answer(username))
  server.registerTool('save_note', { description: 'Saves a note', inputSchema: NOTE }, async ({ text }) => {
    const own = [...(notes.get(username) ?? []), text]
    notes.set(username, own)
    return answer(`${own.length} of ${username}`)
  })
  return server
}

/** Middleware of one of the protectors below. */
type Protector = (c: Context, next: Next) => Promise<Response | void>

/**
 * Middleware: lets a request through that has the scope `read`, and for `save_note` the scope `write`, too. A client that lacks one is
 * told which, steps up, and asks again.
 * @param protect makes a protector for these scopes
 */
export function byTool(protect: (...scopes: string[]) => Protector): Protector {
  const [read, both] = [protect('read'), protect('read', 'write')]
  return async (c, next) => ((await toolOf(c.req.raw)) === 'save_note' ? both(c, next) : read(c, next))
}

/** The tool that a request calls; null if it calls none. */
async function toolOf(request: Request): Promise<string | null> {
  if (request.method !== 'POST') return null
  const body: unknown = await request
    .clone()
    .json()
    .catch(() => null)
  const name = memberOf(memberOf(body, 'params'), 'name')
  return memberOf(body, 'method') === 'tools/call' && typeof name === 'string' ? name : null
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
