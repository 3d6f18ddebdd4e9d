import type { AdminRecord } from '../../store/browse.ts'
import { listOf, valueOf } from '../resource.ts'
import type { Diagnosis, Finding, Grounds } from './grounds.ts'
import { foresee, usersOf } from './known.ts'
import { attempt, lookAtServer } from './mcp-server.ts'

/** How many refusals are shown. */
const REFUSALS = 10

/**
 * Reports what is right, odd and wrong with a client's document, a client id, a redirect URI or an MCP server's address, and
 * what each known client would do here. It changes nothing, and fetches only what the guard of its grounds allows.
 */
export async function diagnose(target: string, grounds: Grounds): Promise<Diagnosis> {
  const client = await grounds.store.readRecord('clients', target, grounds.now)
  const seen = client
    ? { kind: 'client' as const, findings: lookAtClient(client) }
    : await lookAt(target, grounds)
  const document = client && isWeb(target) ? await lookAtDocument(target, grounds) : []
  return {
    target,
    kind: seen.kind,
    findings: [...seen.findings, ...(document ?? [])],
    clients: foresee(grounds),
    refusals: await refusalsOf(target, grounds),
  }
}

type Seen = Pick<Diagnosis, 'findings' | 'kind'>

async function lookAt(target: string, grounds: Grounds): Promise<Seen> {
  if (!isWeb(target)) {
    if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return lookAtRedirect(target, grounds)
    return { kind: 'nothing', findings: [{ state: 'wrong', text: `There is no client ${target}.` }] }
  }
  const document = await lookAtDocument(target, grounds)
  if (document) return { kind: 'document', findings: document }
  const server = usersOf(target).length > 0 ? null : await lookAtServer(target, grounds)
  return server ? { kind: 'MCP server', findings: server } : lookAtRedirect(target, grounds)
}

function isWeb(target: string): boolean {
  return /^https?:\/\//i.test(target) && URL.canParse(target)
}

/** @returns null if there is no client document at the address */
async function lookAtDocument(address: string, grounds: Grounds): Promise<readonly Finding[] | null> {
  const fetched = await attempt(async () => grounds.fetchJson(address))
  if ('problem' in fetched || !('client_id' in fetched.value)) return null
  const { value } = fetched
  const problem = grounds.addressProblem(address)
  const checked = await attempt(async () => grounds.checkDocument(value, address))
  return [
    { state: 'right', text: 'There is a client’s document, as JSON.' },
    problem === null
      ? { state: 'right', text: 'Its address may be a client id here.' }
      : { state: 'wrong', text: `Its address ${problem}.` },
    'problem' in checked
      ? { state: 'wrong', text: `The document ${checked.problem}.` }
      : { state: 'right', text: 'It describes a valid client here.' },
    ...('value' in checked ? checked.value.map((text): Finding => ({ state: 'odd', text })) : []),
  ]
}

function lookAtClient(client: AdminRecord): readonly Finding[] {
  const uris = listOf(client, 'redirect_uris')
  const users = [...new Set(uris.flatMap(usersOf))]
  return [
    client['disabled'] === true
      ? { state: 'wrong', text: `${valueOf(client, 'name')} is disabled: all its requests are refused.` }
      : {
          state: 'right',
          text:
            client['type'] === 'public'
              ? `${valueOf(client, 'name')} is a public client, and enabled.`
              : `${valueOf(client, 'name')} is a confidential client, and enabled.`,
        },
    uris.length === 0 && listOf(client, 'response_types').length > 0
      ? { state: 'wrong', text: 'It has no redirect URI: nobody can be sent back to it.' }
      : {
          state: 'right',
          text:
            uris.length === 0
              ? 'Answers go nowhere, as it acts for itself.'
              : `Answers go to ${uris.join(', ')}.`,
        },
    listOf(client, 'grant_types').includes('refresh_token')
      ? { state: 'right', text: 'It may refresh its tokens.' }
      : {
          state: 'odd',
          text: 'It gets no refresh token: its users come back whenever an access token expires.',
        },
    ...(users.length === 0
      ? []
      : [{ state: 'right' as const, text: `Its redirect URIs are those of ${users.join(', ')}.` }]),
  ]
}

function lookAtRedirect(uri: string, grounds: Grounds): Seen {
  const problem = grounds.redirectProblem(uri)
  const users = usersOf(uri)
  const findings: readonly Finding[] = [
    problem === null
      ? { state: 'right', text: 'It may be the redirect URI of a client.' }
      : { state: 'wrong', text: problem },
    users.length === 0
      ? { state: 'odd', text: 'No known client uses it.' }
      : { state: 'right', text: `${users.join(', ')}: answers go there.` },
  ]
  return { kind: 'redirect URI', findings }
}

async function refusalsOf(clientId: string, { now, store }: Grounds): Promise<readonly string[]> {
  const query = { filters: { client: clientId }, after: null, limit: REFUSALS }
  const { records } = await store.browse('refusals', query, now)
  return records.map((record) => {
    const at = new Date(Number(record['at']) * 1000).toISOString().replace('.000Z', 'Z')
    return `${at}: ${valueOf(record, 'endpoint')} refused it by ${valueOf(record, 'error')}. ${valueOf(record, 'rule')}`
  })
}
