import type { Command } from 'commander'
import { entriesOf, readEntry } from '../imports/workers-oauth-provider.ts'
import type { Io } from './io.ts'
import type { Session } from './open-store.ts'
import { type Output, printable } from './output.ts'
import { readJsonFile, sizeOf } from './run-import.ts'
import { addVerb, runVerb, type VerbOptions } from './verb.ts'

interface WorkersOptions extends VerbOptions {
  readonly dryRun?: true
}

const CANNOT = `
Clients come with their ids and secrets. Grants and tokens cannot come: they belong to users
whom the other application alone knows, and what they carry is sealed by the tokens. People sign
in and consent once more, and clients go on with their refresh tokens until they are refused.`

/** Adds the verb `import workers-oauth-provider`. */
export function addWorkersVerb(noun: Command, io: Io): void {
  addVerb(noun, 'workers-oauth-provider', 'import the clients of @cloudflare/workers-oauth-provider')
    .argument('<file>', 'JSON or JSONL: the entries of its KV namespace, each with key and value')
    .option('--dry-run', 'report what would be imported, and write nothing')
    .addHelpText('after', CANNOT)
    .action((file: string, options: WorkersOptions) =>
      runVerb(io, options, (session) => importClients(session, file, options), true),
    )
}

async function importClients(
  session: Session,
  file: string,
  { dryRun = false }: VerbOptions & { dryRun?: boolean },
): Promise<Output> {
  await sizeOf(file)
  const { mark, provider, store } = session
  const options = { httpHosts: provider.settings.allowHttpRedirects, members: provider.clientMetadata }
  const counts = { created: 0, existing: 0, not_taken: 0, grants_left: 0, tokens_left: 0 }
  const notes: string[] = []
  for await (const { value } of readJsonFile(file)) {
    for (const entry of entriesOf(value)) {
      const read = readEntry(entry, options)
      if (read.kind === 'grant') counts.grants_left++
      else if (read.kind === 'token') counts.tokens_left++
      else if (read.kind === 'not taken') {
        counts.not_taken++
        notes.push(`${read.key}: ${read.why}`)
      } else if (read.kind === 'client') {
        const { client } = read
        const isNew = dryRun
          ? (await store.readClient(client.clientId)) === null
          : (await store.createClient(client, mark())) !== null
        counts[isNew ? 'created' : 'existing']++
        notes.push(...read.notes.map((note) => `${client.clientId}: ${note}`))
      }
    }
  }
  const verb = dryRun ? 'would be created' : 'are created'
  const text = [
    `Clients: ${counts.created} ${verb}, ${counts.existing} exist already, ${counts.not_taken} cannot be imported.`,
    `Not imported: ${counts.grants_left} grants and ${counts.tokens_left} tokens, whose users do not exist here. These people must sign in again.`,
    ...notes.map((note) => `  ${printable(note)}`),
  ].join('\n')
  return { json: { ...counts, notes }, text }
}
