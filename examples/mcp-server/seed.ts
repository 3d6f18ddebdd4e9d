import type { Seed } from '../../scripts/local-provider.ts'
import { readRecord } from '../../src/operations/records.ts'
import { keepResources } from '../../src/resources/known-resources.ts'
import { resourceRecords } from '../../src/resources/records.ts'
import { createResourceStore } from '../../src/store/d1/resources.ts'

/** Makes the server a protected resource, so that tokens are for it alone (RFC 8707). */
export const seed: Seed = async (session, url) => {
  const resources = resourceRecords(keepResources(createResourceStore))
  const identifier = new URL('/mcp', url).href
  if (await readRecord(resources, identifier, session)) return
  await resources.create?.({ identifier, name: 'Notes', scope: 'read write' }, session)
}
