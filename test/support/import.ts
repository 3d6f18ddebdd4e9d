import { env } from 'cloudflare:workers'
import { randomId } from '../../src/crypto/bytes.ts'
import { type DjangoImportResult, importDjango } from '../../src/django/import-django.ts'
import type { DjangoImport } from '../../src/django/import-state.ts'
import { TOOLKIT_MODELS } from '../../src/django/record.ts'
import { createAdminStore } from '../../src/store/d1/admin/index.ts'
import { createImportStore } from '../../src/store/d1/import/index.ts'

/** What the command's options are when none is given. */
export const OPTIONS: DjangoImport['options'] = {
  source: 'django',
  userModel: 'auth.user',
  usernameField: null,
  toolkitModels: TOOLKIT_MODELS,
  scopeBits: { read: 2, write: 4 },
  refreshTokenLifetime: 90 * 86_400,
  httpHosts: [],
}

/** Imports records of a dump into the database of the tests, as the command does. */
export async function importRecords(
  records: readonly object[],
  more: Partial<DjangoImport> = {},
): Promise<DjangoImportResult> {
  async function* read(): ReturnType<DjangoImport['read']> & AsyncGenerator {
    for (const [offset, value] of records.entries()) yield { offset, value: { ...value } }
  }
  return importDjango({
    read,
    store: { ...createAdminStore(env.DB), ...createImportStore(env.DB) },
    mark: () => ({ id: randomId(), now: Math.floor(Date.now() / 1000), network: null, actor: 'cli' }),
    options: OPTIONS,
    dry: false,
    restore: false,
    onEvent: () => {},
    onProgress: () => {},
    onUncheckable: () => {},
    ...more,
  })
}

/** The rows of a table. */
export async function tableOf(table: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return (await env.DB.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).all()).results
}

/** Everything that an import may write, but the events. */
export async function everything(): Promise<readonly unknown[]> {
  const tables = [
    'users',
    'clients',
    'client_secrets',
    'client_redirect_uris',
    'scopes',
    'authorized_clients',
    'grants',
    'token_aliases',
  ]
  const results = await env.DB.batch(
    tables.map((table) => env.DB.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`)),
  )
  return results.map(({ results: rows }) => rows)
}
