import type { Provider } from '../concepts.ts'
import { authorizationServerMetadata } from '../oauth/metadata.ts'
import { diagnose } from '../operations/client-doctor/diagnose.ts'
import type { Diagnosis } from '../operations/client-doctor/grounds.ts'
import { foresee } from '../operations/client-doctor/known.ts'
import type { Operator, Resource } from '../operations/resource.ts'
import type { AdminRecord } from '../store/browse.ts'
import { groundsOf } from './grounds.ts'

/** The doctor in the panel and its API: a list of what known clients would do, and a page for each target. */
export const clientDoctor: Resource = {
  kind: 'client-doctor',
  title: 'Client doctor',
  singular: 'diagnosis',
  intro:
    "What each known client would do here, and where it would stop. Ask about a client's document, a client id, a redirect URI or the address of an MCP server.",
  id: 'target',
  name: 'target',
  columns: [
    { name: 'target', label: 'Asked about', link: { kind: 'client-doctor', id: 'diagnosed' } },
    { name: 'state', label: 'State', kind: 'word' },
    { name: 'steps', label: 'Step by step', kind: 'sentences' },
  ],
  facts: [
    { name: 'target', label: 'Asked about', kind: 'code' },
    { name: 'kind', label: 'It is', kind: 'word' },
    { name: 'state', label: 'State', kind: 'word' },
    { name: 'findings', label: 'What was found', kind: 'sentences' },
    { name: 'clients', label: 'What known clients do', kind: 'sentences' },
    { name: 'refusals', label: 'Last refusals', kind: 'list' },
  ],
  filterLabel: 'Check',
  filters: [{ name: 'target', label: 'Document, client id, redirect URI or MCP server' }],
  actions: [],
  async list({ filters }, operator) {
    const { target = '' } = filters
    if (target.trim() !== '') {
      const found = await diagnosisOf(target.trim(), operator)
      const steps = found.findings.map(({ state, text }) => `${state}: ${text}`)
      return {
        records: [{ target: found.target, diagnosed: found.target, state: stateOf(found), steps }],
        next: null,
      }
    }
    const records = foresee(groundsFor(operator)).map(({ client, steps, works }): AdminRecord => ({
      target: client,
      state: works ? 'works' : 'stops',
      steps,
    }))
    return { records, next: null }
  },
  async read(target, operator) {
    return recordOf(await diagnosisOf(target, operator))
  },
}

function stateOf({ findings }: Diagnosis): string {
  if (findings.some(({ state }) => state === 'wrong')) return 'wrong'
  return findings.some(({ state }) => state === 'odd') ? 'odd' : 'right'
}

/** Returns a diagnosis as a record. */
export function recordOf(found: Diagnosis): AdminRecord {
  return {
    target: found.target,
    kind: found.kind,
    state: stateOf(found),
    findings: found.findings.map(({ state, text }) => `${state}: ${text}`),
    clients: found.clients.map(
      ({ client, steps, works }) => `${client} (${works ? 'works' : 'stops'}): ${steps.join(' ')}`,
    ),
    refusals: found.refusals,
  }
}

async function diagnosisOf(target: string, operator: Operator): Promise<Diagnosis> {
  return diagnose(target, groundsFor(operator))
}

function groundsFor(operator: Operator): ReturnType<typeof groundsOf> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- in the panel and its API the operator's provider is whole
  const provider = operator.provider as unknown as Provider
  return groundsOf(authorizationServerMetadata(provider), { ...operator, provider })
}
