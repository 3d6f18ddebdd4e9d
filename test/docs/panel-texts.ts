import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { parseAst } from 'vitest/node'

const ROOT = join(import.meta.dirname, '../..')

/** A text in the source; where it holds values, `{}` stands for each. */
export interface SourceText {
  readonly path: string
  readonly text: string
}

/** Files whose texts the panel shows: its own, what may be done to records, and what says that an input cannot be used. */
const FILES = [
  /^src\/admin\/(?!german\/|(?:api|list|openapi)\.ts$)/,
  /^src\/client-doctor\//,
  /^src\/client-id-metadata\/(?:address|document)\.ts$/,
  /^src\/clients\/(?!known-clients\.ts$)/,
  /^src\/identity\/(?:password-policy|passwords|profile-labels|usernames)\.ts$/,
  /^src\/(?:identity-assertions|invitations|resources|sign-in-providers)\/(?:members|records)\.ts$/,
  /^src\/operations\//,
  /^src\/outbound\/(?:fetch-json|public-url)\.ts$/,
]
/** What these throw reaches a protocol's answer or a log. */
const ERRORS = new Set(['ConfigurationError', 'Error', 'OAuthError', 'TypeError'])
/** Attributes that people read. */
const ATTRIBUTES = new Set(['aria-label', 'hint', 'intro', 'label', 'text', 'title'])

interface Node {
  readonly type: string
  readonly [member: string]: unknown
}

/** Reads the files of the panel. */
export function panelFiles(): readonly { readonly path: string; readonly source: string }[] {
  return readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .map((name) => posix.join('src', name))
    .filter((path) => /\.tsx?$/.test(path) && FILES.some((files) => files.test(path)))
    .map((path) => ({ path, source: readFileSync(join(ROOT, path), 'utf8') }))
}

/** Texts that a file's literals hold, as sentences or as names. */
export function textsOf(path: string, source: string): readonly SourceText[] {
  const found = new Set<string>()
  walk(parseAst(source, { lang: 'tsx' }), (node) => {
    const text = literalOf(node)
    if (text !== null) found.add(text)
    return text === null
  })
  return [...found].filter(isForPeople).map((text) => ({ path, text }))
}

/** Texts that a page has outside of `say` and `translate`: these would stay English. */
export function bareTextsOf(path: string, source: string): readonly SourceText[] {
  const found: string[] = []
  walk(parseAst(source, { lang: 'tsx' }), (node) => {
    if (node.type === 'JSXText') found.push(String(node['value']).trim())
    if (node.type === 'JSXAttribute') {
      const { name, value } = node
      const isShown = isNode(name) && ATTRIBUTES.has(String(name['name']))
      const text = isShown && isNode(value) ? literalOf(value) : null
      if (text !== null) found.push(text)
    }
    return true
  })
  return found.filter((text) => /[a-z]/i.test(text)).map((text) => ({ path, text }))
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value
}

/** Goes through a tree; what `see` says no to is not entered. */
function walk(value: unknown, see: (node: Node) => boolean): void {
  if (Array.isArray(value)) for (const each of value) walk(each, see)
  if (!isNode(value) || isLeftOut(value) || !see(value)) return
  for (const member of Object.values(value)) walk(member, see)
}

function isLeftOut({ callee, key, name, type }: Node): boolean {
  if (type === 'JSXAttribute' && isNode(name) && name['name'] === 'class') return true
  // Part of other texts.
  if (type === 'Property' && isNode(key) && key['name'] === 'singular') return true
  if (type === 'ImportDeclaration' || type.startsWith('TS')) return !type.endsWith('Expression')
  return type === 'NewExpression' && isNode(callee) && ERRORS.has(String(callee['name']))
}

/** The text of a literal, a template, or a sum of them. */
function literalOf(node: Node): string | null {
  switch (node.type) {
    case 'Literal':
      return typeof node['value'] === 'string' ? node['value'] : null
    case 'TemplateLiteral': {
      const quasis = Array.isArray(node['quasis']) ? node['quasis'] : []
      return quasis.map((quasi: { value: { cooked: string } }) => quasi.value.cooked).join('{}')
    }
    case 'BinaryExpression': {
      const parts = [node['left'], node['right']].map((part) => (isNode(part) ? literalOf(part) : null))
      return parts.includes(null) ? null : parts.join('')
    }
    default:
      return null
  }
}

/** A sentence, a part of one, or a name that begins with a capital letter; no code and no address. */
function isForPeople(text: string): boolean {
  if (/^[A-Z][a-z]+(?:-[a-z]+)*$/.test(text)) return true
  const isBegun = /^(?:[A-Z"\d]|\{\}[ ,:]|[a-z]+,? )/.test(text)
  return isBegun && /[a-z]{2,},? [a-z({]|\{\}[ ,:]+[a-z{]|^\d [a-z]{2}/i.test(text) && !/[<>\n]/.test(text)
}

/** Names of the members of a file's objects. */
export function keysOf(path: string, source: string): readonly string[] {
  const keys: string[] = []
  walk(parseAst(source, { lang: 'tsx' }), ({ key, type }) => {
    if (type === 'Property' && isNode(key)) keys.push(String(key['name'] ?? key['value']))
    return true
  })
  return keys
}
