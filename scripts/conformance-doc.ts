import { globSync, readFileSync } from 'node:fs'
import { NEWER_DEMANDS } from './newer-demands.ts'
import { type Demand, DEMANDS } from './rfc9700.ts'
import { tidy } from './settings-doc.ts'

/** A test that shows what a document demands, or how an attack ends. */
interface Shown {
  /** As `RFC 6749`; null of an attack that no document speaks of. */
  readonly document: string | null
  readonly section: string
  readonly title: string
  /** The title of the `describe` around it, with a colon; empty if it stands alone. */
  readonly group: string
  readonly file: string
}

const TEXT = String.raw`('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|\x60(?:[^\x60\\]|\\.)*\x60)`
/** The document may be a constant of the file. */
const MUST = new RegExp(String.raw`^\s*must\(\s*(?:([A-Z_]+)|${TEXT}),\s*${TEXT},\s*${TEXT},`, 'gm')
const THREAT = new RegExp(String.raw`^\s*threat\(\s*([\d, []+\]?),\s*${TEXT},`, 'gm')
const DESCRIBE = new RegExp(String.raw`^describe\(\s*${TEXT},`, 'gm')
/** Attacks that a title names: `threat 73: …`, `threats 112, 113: …`, `threats 4-10: …`. */
const NUMBERED = /^threats? ([\d, and–-]+): /

const HEAD = `# Conformance

This page lists what the specifications demand and the tests show. \`npm run docs\` generates it from the tests: each row
is a test, and \`npm test\` runs them all. A name in \`…\` stands for several tests that differ in it. We claim nothing
that is not listed here. For what the provider does not do yet, see [limits.md](limits.md).
`

/** The text of docs/conformance.md, from the tests of the repository in the current folder. */
export async function conformanceDoc(): Promise<string> {
  const shown = globSync('test/**/*.test.{ts,tsx}').toSorted().flatMap(readTests)
  const documents = Object.entries(Object.groupBy(shown, ({ document }) => document ?? ''))
  const parts = documents
    .filter(([document]) => document !== '')
    .toSorted(([a], [b]) => inOrder(a, b))
    .map(([document, tests = []]) => `## ${document}\n\n${documentTable(tests)}`)
  return tidy(
    `${HEAD}\n${parts.join('\n\n')}\n\n${practicePart()}\n\n${newerPart()}\n\n${threatsPart(shown)}\n`,
  )
}

function readTests(path: string): Shown[] {
  const file = path.replaceAll('\\', '/')
  const source = readFileSync(path, 'utf8')
  const musts = [...source.matchAll(MUST)].map(
    ({ 0: call, 1: name, 2: text = '', 3: section = '', 4: title = '', index }) => ({
      document: plain(name === undefined ? text : constantOf(source, name)),
      section: plain(section),
      title: plain(title),
      group: groupOf(source, index, call),
      file,
    }),
  )
  const threats = [...source.matchAll(THREAT)].map(({ 0: call, 1: numbers = '', 2: title = '', index }) => ({
    document: null,
    section: '',
    title: `threat ${numbers.replaceAll(/[[\]]/g, '')}: ${plain(title)}`,
    group: groupOf(source, index, call),
    file,
  }))
  return [...musts, ...threats]
}

/** The title of the `describe` around a test that begins at an index of a file, with a colon; empty if it stands alone. */
function groupOf(source: string, index: number, call: string): string {
  const standsAlone = /(?:^|\n)(?:must|threat)\(/.test(call)
  const [, literal] = standsAlone ? [] : ([...source.slice(0, index).matchAll(DESCRIBE)].at(-1) ?? [])
  return literal === undefined ? '' : `${plain(literal)}: `
}

/** The literal that a constant of a file holds. */
function constantOf(source: string, name: string): string {
  const [, literal] = new RegExp(String.raw`^const ${name} = ${TEXT}$`, 'm').exec(source) ?? []
  if (literal === undefined) throw new TypeError(`The document ${name} of a test is no constant of its file.`)
  return literal
}

/** What RFC 9700 demands, and what becomes of it. */
function practicePart(): string {
  return [
    '## Best current practice',
    '',
    'Each MUST and SHOULD of RFC 9700 for a server, in our words: whether the provider meets it, and the tests that show it or the reason why not.',
    'Demands on clients are left out, since only clients can meet them.',
    '',
    demandTable(DEMANDS),
  ].join('\n')
}

/** What the younger documents demand, and which tests show it. */
function newerPart(): string {
  const tables = Object.entries(NEWER_DEMANDS).map(
    ([document, demands]) => `### ${document}: its demands\n\n${demandTable(demands)}`,
  )
  const head = 'What newer documents demand of a server, in our words, and the tests that show it.'
  return `## Demands of younger documents\n\n${head}\n\n${tables.join('\n\n')}`
}

function demandTable(demands: readonly Demand[]): string {
  const rows = demands.map(({ demand, level, met, section, tests = [], why }) => {
    const shown = tests.map(splitName).map(({ file, title }) => `${cell(title)} (${link(file)})`)
    const remark = [...(why === undefined ? [] : [cell(why)]), ...shown].join('<br>')
    return `| ${section} | ${level} | ${cell(demand)} | ${met} | ${remark} |`
  })
  return [
    '| section | level | demand | met | how, and by which test |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n')
}

/** The parts of a test's name, `file: title`. */
export function splitName(name: string): { readonly file: string; readonly title: string } {
  const [file = '', ...title] = name.split(': ')
  return { file: `test/${file}.test.ts`, title: title.join(': ') }
}

function documentTable(tests: readonly Shown[]): string {
  const rows = tests
    .toSorted((a, b) => inOrder(a.section, b.section))
    .map(({ file, section, title }) => `| ${section} | ${cell(title)} | ${link(file)} |`)
  return ['| section | the provider | test |', '| --- | --- | --- |', ...rows].join('\n')
}

function threatsPart(shown: readonly Shown[]): string {
  const rows = shown
    .flatMap(({ file, group, title }) =>
      numbersOf(title).map((number) => ({ number, title: `${group}${title.replace(NUMBERED, '')}`, file })),
    )
    .toSorted((a, b) => a.number - b.number)
    .map(
      ({ file, number, title }) =>
        `| [${number}](threats.md#attack-${number}) | ${cell(title)} | ${link(file)} |`,
    )
  return [
    '## Attacks',
    '',
    'The attacks of [threats.md](threats.md) that the tests try, and what becomes of them: first what the tests of a group are about.',
    '',
    '| attack | what the test shows | test |',
    '| --- | --- | --- |',
    ...rows,
  ].join('\n')
}

/** The numbers that a title begins with; ranges are spelled out. */
function numbersOf(title: string): number[] {
  return [...(NUMBERED.exec(title)?.[1] ?? '').matchAll(/(\d+)(?:\s*[-–]\s*(\d+))?/g)].flatMap(
    ([, first, last = first]) =>
      Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => Number(first) + index),
  )
}

/** A string or template of the source as text; what a template puts in becomes `…`. */
function plain(literal: string): string {
  return literal
    .slice(1, -1)
    .replaceAll(/\$\{[^}]*\}/g, '…')
    .replaceAll(/\\(.)/g, '$1')
}

function cell(text: string): string {
  return text.replaceAll(/[|<*[\]]|__/g, String.raw`\$&`)
}

function link(file: string): string {
  return `[${file.replace(/^test\//, '').replace(/\.test\.tsx?$/, '')}](../${file})`
}

/** By number where there is one, so that 4.10 comes after 4.9. */
function inOrder(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true })
}
