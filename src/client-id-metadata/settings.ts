import type { Row, Setting } from '../settings/kinds.ts'
import { setting } from '../settings/settings.ts'

/** Domains, each with everything below it; all of them, or none. */
export type ClientDomains = 'any' | 'none' | readonly string[]

function parseDomains(value: unknown): readonly string[] | undefined {
  const list = typeof value === 'string' ? value.split(/\s+/).filter(Boolean) : value
  if (!Array.isArray(list) || list.length === 0) return undefined
  const names = list.filter((entry: unknown): entry is string => typeof entry === 'string')
  return names.length === list.length && names.every(isDomain) ? names : undefined
}

/** A name as in URLs: lower case, in ASCII, without a port. */
function isDomain(name: string): boolean {
  return URL.parse(`https://${name}`)?.hostname === name
}

const expected = 'domains in lower case, separated by spaces, such as claude.ai vscode.dev'

const domains: Row<readonly string[]> = {
  unit: 'domains separated by spaces',
  expected,
  parse: parseDomains,
}
const choice: Row<ClientDomains> = {
  unit: 'any, none, or domains separated by spaces',
  expected: `"any", "none", or ${expected}`,
  parse: (value) => (value === 'any' || value === 'none' ? value : parseDomains(value)),
}

/** The feature's settings. */
export const CLIENT_ID_METADATA_SETTINGS = {
  /** Domains, including all their subdomains, whose documents may describe clients (client ID metadata documents). */
  clientDomains: setting<ClientDomains>('OAUTH_CLIENT_DOMAINS', 'any', choice, 'any'),
  /** Domains, including all their subdomains, whose documents are refused, whatever OAUTH_CLIENT_DOMAINS allows. */
  refusedClientDomains: setting<readonly string[]>('OAUTH_REFUSED_CLIENT_DOMAINS', [], domains, 'none'),
} satisfies Readonly<Record<string, Setting<unknown>>>
