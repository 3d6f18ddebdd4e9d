import { globSync, readFileSync } from 'node:fs'
import { DEMANDS } from './rfc9700.ts'
import { tidy } from './settings-doc.ts'

/** A test that shows what a document demands, or how an attack ends. */
interface Shown {
  /** As `RFC 6749`; null of an attack that no document speaks of. */
  readonly document: string | null
  readonly section: string
  readonly title: string
  readonly file: string
}

const TEXT = String.raw`('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|\x60(?:[^\x60\\]|\\.)*\x60)`
const MUST = new RegExp(String.raw`^\s*must\(\s*${TEXT},\s*${TEXT},\s*${TEXT},`, 'gm')
const THREAT = new RegExp(String.raw`^\s*threat\(\s*([\d, []+\]?),\s*${TEXT},`, 'gm')
/** Attacks that a title names: `threat 73: …`, `threats 112, 113: …`, `threats 4-10: …`. */
const NUMBERED = /^threats? ([\d, and–-]+): /

const HEAD = `# Conformance

What the specifications demand and the tests show, read from the tests by \`npm run docs\`: each row is a test, and
\`npm test\` runs them all. A name in \`…\` stands for several tests that differ in it. What is not listed here is not
claimed. What the provider does not do yet stands under "Honest limits" in the README.
`

/** The text of docs/conformance.md, from the tests of the repository in the current folder. */
export async function conformanceDoc(): Promise<string> {
  const shown = globSync('test/**/*.test.{ts,tsx}').toSorted().flatMap(readTests)
  const documents = Object.entries(Object.groupBy(shown, ({ document }) => document ?? ''))
  const parts = documents
    .filter(([document]) => document !== '')
    .toSorted(([a], [b]) => inOrder(a, b))
    .map(([document, tests = []]) => `## ${document}\n\n${documentTable(tests)}`)
  return tidy(`${HEAD}\n${parts.join('\n\n')}\n\n${practicePart()}\n\n${threatsPart(shown)}\n`)
}

function readTests(path: string): Shown[] {
  const file = path.replaceAll('\\', '/')
  const source = readFileSync(path, 'utf8')
  const musts = [...source.matchAll(MUST)].map(([, document = '', section = '', title = '']) => ({
    document: plain(document),
    section: plain(section),
    title: plain(title),
    file,
  }))
  const threats = [...source.matchAll(THREAT)].map(([, numbers = '', title = '']) => ({
    document: null,
    section: '',
    title: `threat ${numbers.replaceAll(/[[\]]/g, '')}: ${plain(title)}`,
    file,
  }))
  return [...musts, ...threats]
}

/** What RFC 9700 demands, and what becomes of it. */
function practicePart(): string {
  const rows = DEMANDS.map(({ demand, level, met, section, tests = [], why }) => {
    const shown = tests.map(splitName).map(({ file, title }) => `${cell(title)} (${link(file)})`)
    const remark = [...(why === undefined ? [] : [cell(why)]), ...shown].join('<br>')
    return `| ${section} | ${level} | ${cell(demand)} | ${met} | ${remark} |`
  })
  return [
    '## Best current practice',
    '',
    'Each MUST and SHOULD of RFC 9700 for a server, in our words: whether it is met, and which tests show it, or why not.',
    'What it demands of clients alone is theirs to meet.',
    '',
    '| section | level | demand | met | how, by which test |',
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
    .flatMap(({ file, title }) =>
      numbersOf(title).map((number) => ({ number, title: title.replace(NUMBERED, ''), file })),
    )
    .toSorted((a, b) => a.number - b.number)
    .map(
      ({ file, number, title }) =>
        `| [${number}](threats.md#attack-${number}) | ${cell(title)} | ${link(file)} |`,
    )
  return [
    '## Attacks',
    '',
    'The attacks of [threats.md](threats.md) that the tests try, and what becomes of them.',
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
