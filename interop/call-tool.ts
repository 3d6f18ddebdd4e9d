/**
 * Calls a tool of an MCP server with a token, as a client does that has signed in.
 * @returns the text that it answers; the status, with the error of its challenge, if it refuses
 */
export async function callTool(server: URL, token: string, name: string, args: object = {}): Promise<string> {
  const response = await fetch(server, {
    method: 'POST',
    headers: {
      Accept: 'application/json, text/event-stream',
      Authorization: `Bearer ${token}`,
      'Content-Type': 'application/json',
      'MCP-Protocol-Version': '2025-06-18',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } }),
  })
  const text = await response.text()
  const error = /error="(\w+)"/.exec(response.headers.get('WWW-Authenticate') ?? '')?.[1]
  return /"text":"([^"]*)"/.exec(text)?.[1] ?? `${response.status} ${error}`
}
