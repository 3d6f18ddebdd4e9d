import type { Endpoint, Feature } from '../src/concepts.ts'
import { relatedOrigins } from '../src/passkeys/related-origins.ts'
import { core } from '../src/provider/core.ts'
import { pushedRequests } from '../src/provider/pushed-requests.ts'
import { tidy } from './settings-doc.ts'

/** Features whose endpoints docs/endpoints.md lists; one of a new folder joins here. */
const FEATURES: readonly Feature[] = [
  core,
  // Its pages are JSX, which Node.js does not read.
  { name: 'passkeys', endpoints: [relatedOrigins] },
  pushedRequests(),
]

/** Where the table of endpoints stands. */
const TABLE = /(<!-- endpoints -->\n)[^]*?(\n<!-- \/endpoints -->)/

/** docs/endpoints.md with its table of endpoints made anew. */
export async function docWithEndpoints(page: string): Promise<string> {
  if (!TABLE.test(page)) throw new Error('docs/endpoints.md has no place for the table: <!-- endpoints -->.')
  return tidy(page.replace(TABLE, (_, start: string, end: string) => `${start}\n${table()}\n${end}`))
}

function table(): string {
  const rows = FEATURES.flatMap(({ endpoints = [], name }) => endpoints.map((row) => line(row, name)))
  return [
    '| endpoint | for | takes | from pages | feature |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n')
}

function line({ at, body, caller, cors, method, path, summary }: Endpoint, feature: string): string {
  const address = `${method} ${at === 'oauth2' ? '/oauth2' : ''}${path}`
  const takes = { form: 'a form', 'optional form': 'a form, or nothing', json: 'JSON', none: 'a query' }[body]
  return `| \`${address}\`: ${summary} | ${caller} | ${takes} | ${cors ? 'of any origin' : 'no'} | ${feature} |`
}
