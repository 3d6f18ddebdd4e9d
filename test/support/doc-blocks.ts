import { globSync, readFileSync } from 'node:fs'

/** A block of code in a document. */
export interface DocBlock {
  readonly page: string
  /** Of its first line of code, counted from 1. */
  readonly line: number
  /** What its fence says; an indented block is what one types into a shell. */
  readonly language: string
  readonly code: string
  /** The file that the line above names as its place; null if it names none. */
  readonly file: string | null
}

/** The documents with code that people paste; the reference of the library is made of its sources, which are type-checked as they are. */
export const DOC_PAGES: readonly string[] = globSync(['*.md', 'docs/**/*.md'])
  .map((page) => page.replaceAll('\\', '/'))
  .filter((page) => page !== 'CHANGELOG.md' && page !== 'docs/api.md')
  .toSorted()

/** The blocks of code of a page, in their order. */
export function blocksOf(page: string): readonly DocBlock[] {
  const lines = readFileSync(page, 'utf8').split('\n')
  const blocks: DocBlock[] = []
  for (let at = 0; at < lines.length; at++) {
    const [, indent, language] = /^( *)```(\w*)/.exec(lines[at] ?? '') ?? []
    const isIndented = /^ {4,}\S/.test(lines[at] ?? '') && lines[at - 1]?.trim() === ''
    if (language === undefined && !isIndented) continue
    const start = language === undefined ? at : at + 1
    const rest = lines.slice(start)
    const ends = (line: string): boolean =>
      language === undefined ? /^ {0,3}\S/.test(line) : line.trim().startsWith('```')
    const found = rest.findIndex(ends)
    const inside = found < 0 ? rest : rest.slice(0, found)
    const margin = indent?.length ?? Math.min(...inside.filter(Boolean).map((line) => line.search(/\S/)))
    const code = inside
      .map((line) => line.slice(margin))
      .join('\n')
      .trimEnd()
    const before = lines.slice(0, at).findLast((line) => line.trim() !== '') ?? ''
    const [, file = null] = /`([\w./[\]-]+\.\w+)`[^`]*:$/.exec(before) ?? []
    blocks.push({ page, line: start + 1, language: language ?? 'sh', code, file })
    at = language === undefined ? start + inside.length - 1 : start + inside.length
  }
  return blocks
}

/** The commands of a shell block: a line each, without comments; a line that ends in a backslash goes on in the next one. */
export function commandsOf({ code }: DocBlock): readonly string[] {
  return code
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.replace(/(?:^|\s+)#(?: .*)?$/, '').trim())
    .filter((line) => line !== '')
}

/** The words of a command, as a shell splits them; quotes hold a word together. */
export function wordsOf(command: string): readonly string[] {
  return [...command.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g)].map(([word]) => word.replaceAll(/["']/g, ''))
}
