// `npm run docs`: makes the pages that follow from the source. A test fails while one is out of date.
import { readFile, writeFile } from 'node:fs/promises'
import { apiDoc } from './api-doc.ts'
import { conformanceDoc } from './conformance-doc.ts'
import { docWithEndpoints } from './endpoints-doc.ts'
import { performanceDoc } from './performance-doc.ts'
import { settingsDoc } from './settings-doc.ts'

await writeFile('docs/api.md', await apiDoc())
await writeFile('docs/settings.md', await settingsDoc())
await writeFile('docs/conformance.md', await conformanceDoc())
await writeFile('docs/performance.md', await performanceDoc())
await writeFile('docs/endpoints.md', await docWithEndpoints(await readFile('docs/endpoints.md', 'utf8')))
