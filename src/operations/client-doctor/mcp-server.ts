import type { Finding, Grounds, Json } from './grounds.ts'
import { namesIn } from './known.ts'

const WELL_KNOWN = '/.well-known/oauth-protected-resource'

/**
 * Examines an MCP server as a client does: its challenge, its description, and whom it trusts (RFC 9728, MCP
 * authorization).
 * @returns null if nothing at the address mentions tokens
 */
export async function lookAtServer(address: string, grounds: Grounds): Promise<readonly Finding[] | null> {
  const probed = await attempt(async () => grounds.probe(address))
  if ('problem' in probed) return [{ state: 'wrong', text: `The server ${probed.problem}.` }]
  const { challenge, status } = probed.value
  const named = /resource_metadata="([^"]+)"/i.exec(challenge ?? '')?.[1]
  const { pathname } = new URL(address)
  const wellKnown = [`${WELL_KNOWN}${pathname === '/' ? '' : pathname}`, WELL_KNOWN]
  const candidates = [
    ...(named === undefined ? [] : [named]),
    ...wellKnown.map((path) => new URL(path, address).href),
  ]
  const found = await firstDescription(candidates, grounds)
  if (!found && status !== 401) return null
  const asked: Finding =
    status === 401
      ? { state: 'right', text: 'Without a token it answers 401.' }
      : { state: 'wrong', text: `Without a token it answers ${status}: clients expect 401.` }
  const told: Finding =
    named === undefined
      ? {
          state: 'odd',
          text: 'Its challenge does not name its description (resource_metadata): clients guess the address.',
        }
      : { state: 'right', text: `Its challenge names its description, ${named}.` }
  if (!found) {
    return [
      asked,
      told,
      { state: 'wrong', text: 'No description of it was found (RFC 9728): clients stop here.' },
    ]
  }
  return [asked, told, ...describe(found, address, grounds)]
}

async function firstDescription(candidates: readonly string[], grounds: Grounds): Promise<Json | null> {
  for (const candidate of new Set(candidates)) {
    const tried = await attempt(async () => grounds.fetchJson(candidate))
    if ('value' in tried) return tried.value
  }
  return null
}

function describe(description: Json, address: string, { metadata }: Grounds): readonly Finding[] {
  const issuer = String(metadata['issuer'])
  const servers = namesIn(description, 'authorization_servers')
  const scopes = namesIn(description, 'scopes_supported')
  const unknown = scopes.filter((name) => !namesIn(metadata, 'scopes_supported').includes(name))
  return [
    description['resource'] === address
      ? { state: 'right', text: 'It describes itself under the address that was entered.' }
      : {
          state: 'wrong',
          text: `It says that it is ${String(description['resource'])}: clients refuse a description of another address.`,
        },
    servers[0] === issuer
      ? { state: 'right', text: 'It sends clients here for tokens.' }
      : {
          state: 'wrong',
          text: servers.includes(issuer)
            ? `It names this provider after ${servers[0]}: some clients use only the first one.`
            : `It sends clients to ${servers.join(', ') || 'nobody'}, and not to ${issuer}.`,
        },
    ...(unknown.length === 0
      ? []
      : [
          {
            state: 'odd' as const,
            text: `The metadata here does not list its scope ${unknown.join(', ')}: unless the scope table has it, requests are refused.`,
          },
        ]),
  ]
}

type Tried<T> = { readonly value: T } | { readonly problem: string }

/** Returns the result of some work, or its problem. */
export async function attempt<T>(work: () => Promise<T>): Promise<Tried<T>> {
  try {
    return { value: await work() }
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}
