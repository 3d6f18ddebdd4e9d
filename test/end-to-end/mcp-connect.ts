import * as two from '@modelcontextprotocol/client'
import { auth, UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Memory } from './mcp-memory.ts'
import type { Person } from './person.ts'

/** What both versions of the SDK have. */
const one = { auth, Client, StreamableHTTPClientTransport, UnauthorizedError }
export type Sdk = typeof one
export type Connected = InstanceType<Sdk['Client']>

/** The official SDK of both versions; what tests call of the second has the same shape. */
export const VERSIONS: readonly (readonly [name: string, sdk: Sdk, isSecond: boolean])[] = [
  ['1.x', one, false],
  ['2.x', two as unknown as Sdk, true],
]

/** Connects as an application does: it is sent to the browser where it must be, and comes back with a code. */
export async function connect(sdk: Sdk, memory: Memory, server: URL, person: Person): Promise<Connected> {
  const client = new sdk.Client({ name: 'test', version: '1' })
  const transport = new sdk.StreamableHTTPClientTransport(server, { authProvider: memory.provider })
  try {
    await client.connect(transport)
    return client
  } catch (error) {
    if (!(error instanceof sdk.UnauthorizedError)) throw error
    await finish(transport, memory, person)
    return connect(sdk, memory, server, person)
  }
}

/** What the second version wants to hear, too: who has answered. */
type Finishing = { finishAuth(code: string, iss?: string): Promise<void> }

/**
 * Answers for a person, and brings the code to the client.
 * @param iss who the answer says that it is from, if not who sent it; null for nobody
 */
export async function finish(
  transport: object | undefined,
  memory: Memory,
  person: Person,
  iss?: string | null,
): Promise<void> {
  const params = await memory.answerFrom(person)
  const from = iss === undefined ? params.get('iss') : iss
  await (transport as Finishing).finishAuth(params.get('code') ?? '', from ?? undefined)
}

/** Calls a tool, and returns the text that it answers. */
export async function call(client: Connected, name: string, args = {}): Promise<string | undefined> {
  const { content } = (await client.callTool({ name, arguments: args })) as { content: { text: string }[] }
  return content[0]?.text
}

/** The scopes that an authorization request asks for. */
export function scopesOf(asked: URL | undefined): readonly string[] {
  return asked?.searchParams.get('scope')?.split(' ') ?? []
}
