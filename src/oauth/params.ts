import type { Params } from '../concepts.ts'
import { OAuthError } from '../errors.ts'
import { shown } from '../refusals.ts'

/** More parameters than any request has, and more values than any that may repeat; checking each takes time. */
const MAX_PARAMS = 100

/**
 * Parses application/x-www-form-urlencoded text (RFC 6749 appendix B).
 * @param text a body, or a query without its `?`
 * @param repeatable names that may be sent more than once
 * @throws {OAuthError} invalid_request: not UTF-8, or too many parameters
 */
export function parseParams(text: string, repeatable: readonly string[] = []): Params {
  const pairs = text.split('&').filter((pair) => pair !== '')
  if (pairs.length > MAX_PARAMS * (1 + repeatable.length))
    throw new OAuthError('invalid_request', 'The request has too many parameters.')
  const values = new Map<string, string[]>()
  const repeated: string[] = []
  for (const pair of pairs) {
    const middle = pair.indexOf('=')
    const name = decodeFormComponent(middle < 0 ? pair : pair.slice(0, middle))
    const value = middle < 0 ? '' : decodeFormComponent(pair.slice(middle + 1))
    const before = values.get(name)
    if (before === undefined) values.set(name, [value])
    else if (before.push(value) === 2 && !repeatable.includes(name)) repeated.push(name)
  }
  return {
    get: (name) => (repeated.includes(name) ? undefined : values.get(name)?.[0] || undefined),
    getAll: (name) => values.get(name) ?? [],
    repeated,
  }
}

/**
 * Creates parameters that were checked before, as `capturedParameters` lists them.
 * @param pairs names with their values
 */
export function paramsOf(pairs: readonly (readonly [name: string, value: string])[]): Params {
  const valuesOf = (name: string): string[] => pairs.flatMap(([own, value]) => (own === name ? [value] : []))
  return { get: (name) => valuesOf(name)[0], getAll: valuesOf, repeated: [] }
}

/**
 * Refuses parameters that must be sent once but were repeated (RFC 6749 3.1, 3.2).
 * @param known the names that are read, by default all; repetitions of other names are ignored
 * @throws {OAuthError} invalid_request
 */
export function refuseRepeated({ repeated }: Params, known: readonly string[] = repeated): void {
  const name = repeated.find((candidate) => known.includes(candidate))
  if (name === undefined) return
  throw new OAuthError('invalid_request', 'A parameter was sent more than once.', {
    reason: 'repeated_parameter',
    detail: `The parameter ${shown(name)} was sent more than once.`,
  })
}

/**
 * Decodes one form-urlencoded name or value.
 * @throws {OAuthError} invalid_request: not percent-encoded UTF-8
 */
export function decodeFormComponent(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw new OAuthError('invalid_request', 'The parameters are not form-urlencoded UTF-8.')
  }
}
