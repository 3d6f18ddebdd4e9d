import * as v from 'valibot'
import type { KnownResource } from '../concepts.ts'
import { identifierKey, isIdentifier } from '../resource-identifier.ts'
import { joinScope } from '../scope.ts'
import { MAX_SECONDS, type Row, type Setting } from '../settings/kinds.ts'
import { setting } from '../settings/settings.ts'
import { accessTokenLifetime, name, scope, tokenFormat } from './members.ts'

const table = v.pipe(
  v.record(
    v.pipe(v.string(), v.check(isIdentifier)),
    v.strictObject({
      name,
      scope: v.optional(scope, null),
      token_format: v.optional(tokenFormat, 'opaque'),
      access_token_lifetime: v.optional(accessTokenLifetime, null),
    }),
  ),
  v.check((entries) => new Set(Object.keys(entries).map(identifierKey)).size === Object.keys(entries).length),
)

const resources: Row<readonly KnownResource[]> = {
  unit: 'JSON object: identifier → resource',
  expected:
    'a JSON object of absolute URIs without fragments and what each stands for, such as {"https://api.example/mcp":{"name":"Files","scope":"read write"}}; ' +
    `besides name and scope, each may have token_format (opaque or jwt) and access_token_lifetime (1 to ${MAX_SECONDS})`,
  parse(value) {
    const parsed = v.safeParse(table, typeof value === 'string' ? parseJson(value) : value)
    if (!parsed.success) return undefined
    return Object.entries(parsed.output).map(([identifier, row]) => ({
      identifier,
      name: row.name,
      scope: row.scope === null ? null : joinScope(row.scope.split(' ')),
      tokenFormat: row.token_format,
      accessTokenLifetime: row.access_token_lifetime,
    }))
  },
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The feature's settings. */
export const RESOURCE_SETTINGS = {
  /**
   * Protected resources that tokens can be for (RFC 8707), in addition to those of the table: each with its name, the
   * scopes that it accepts, and the format and maximum lifetime of its access tokens.
   */
  resources: setting('OAUTH_RESOURCES', [], resources, 'none'),
} satisfies Readonly<Record<string, Setting<unknown>>>
