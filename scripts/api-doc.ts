import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { tidy } from './settings-doc.ts'

/** A name that a part of the package exports. */
interface Exported {
  readonly name: string
  readonly file: string
}

/** What users import, and from which module of ours. */
const ENTRIES = [
  { specifier: 'edge-oauth2-provider', file: 'src/public.ts' },
  { specifier: 'edge-oauth2-provider/admin', file: 'src/provider/admin.ts' },
  { specifier: 'edge-oauth2-provider/rpc', file: 'src/rpc.ts' },
  { specifier: 'edge-oauth2-provider/testing', file: 'src/testing/store-conformance.ts' },
] as const

const HEAD = `# API reference

This page lists what the package exports, with the descriptions and types of the source. \`npm run docs\` generates it.
`

const DECLARATION =
  /\/\*\*((?:(?!\*\/)[^])*)\*\/\n(?:\/\/[^\n]*\n)*export (?:declare )?(?:async )?(?:function|interface|type|const|class) (\w+)/g

/** The text of docs/api.md, from the sources of the repository in the current folder. */
export async function apiDoc(): Promise<string> {
  const parts = ENTRIES.map(({ file, specifier }) => {
    const names = exportsOf(file).toSorted((a, b) => a.name.localeCompare(b.name))
    return `## \`${specifier}\`\n\n${names.map(describeExport).join('\n\n')}`
  })
  return tidy(`${HEAD}\n${parts.join('\n\n')}\n`)
}

/** The names that a module exports: its own, and those that it passes on. */
function exportsOf(file: string): Exported[] {
  const source = readFileSync(file, 'utf8')
  const own = [...source.matchAll(DECLARATION)].map(([, , name = '']) => ({ name, file }))
  const named = [...source.matchAll(/export (?:type )?\{([^}]*)\} from '([^']+)'/g)].flatMap(
    ([, names = '', from = '']) =>
      names
        .split(',')
        .map((name) => name.trim().replace(/^type /, ''))
        .filter(Boolean)
        .map((name) => ({ name, file: resolve(file, from) })),
  )
  const whole = [...source.matchAll(/export (?:type )?\* from '([^']+)'/g)].flatMap(([, from = '']) =>
    exportsOf(resolve(file, from)),
  )
  return [...own, ...named, ...whole]
}

function resolve(file: string, from: string): string {
  return relative('.', join(dirname(file), from))
}

function describeExport({ file, name }: Exported): string {
  const source = readFileSync(file, 'utf8')
  const found = [...source.matchAll(DECLARATION)].find((match) => match[2] === name)
  if (!found) throw new Error(`${file} exports ${name} without a docstring`)
  const [whole, comment = ''] = found
  const text = comment
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trim())
    .join('\n')
    .replaceAll(/^@(param|returns|throws)/gm, '- **$1**')
    .replaceAll(/^- \*\*param\*\* (\S+)/gm, '- `$1`:')
    .trim()
  const start = found.index + whole.lastIndexOf('export ')
  return `### ${name}\n\n${text.replace(/\n(- )/, '\n\n$1')}\n\n\`\`\`ts\n${signatureAt(source, start)}\n\`\`\``
}

/** A declaration without its body: an interface or type whole, a function as far as its body, a constant as far as its value. */
function signatureAt(source: string, start: number): string {
  const text = source.slice(start)
  if (/^export (?:interface|type|class) /.test(text))
    return (/^[^]*?(?:\n\}|\n(?=\n))/.exec(text)?.[0] ?? text).trim()
  const constant = /^export const [^=]*/.exec(text)?.[0]
  if (constant !== undefined) return constant.trim()
  // The body's brace ends a line, and what is inside it is indented by two.
  return (/^[^]*?(?= \{\n {2}\S)/.exec(text)?.[0] ?? text.split('\n')[0] ?? '').trim()
}
