import { readdirSync, readFileSync } from 'node:fs'
import { join, posix, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..')

/** A group of files that may import the same. */
interface Layer {
  readonly name: string
  readonly files: RegExp
  /** Layers that it may import, beside itself. */
  readonly mayImport: readonly string[]
  /** Layers whose types alone it may name. */
  readonly mayName?: readonly string[]
  /** Types of packages are no burden to it. */
  readonly mayNamePackages?: boolean
  /** Packages that it must do without. */
  readonly without?: RegExp
}

const DATABASE = /^drizzle-orm(?:\/|$)/
const WEB_OR_DATABASE = /^(?:hono|drizzle-orm)(?:\/|$)/

/** Folders of the protocol that know nothing of each other: what they share stands in `concepts`. */
const TRADES = ['clients', 'identity', 'tokens'] as const

/** The table of import directions: the first layer whose pattern fits is the file's. */
const LAYERS: readonly Layer[] = [
  {
    name: 'base',
    files: /^src\/(?:errors|refusals|resource-identifier|scope|well-known)\.ts$|^src\/(?:crypto|settings)\//,
    mayImport: [],
    without: WEB_OR_DATABASE,
  },
  {
    name: 'model',
    files: /^src\/concepts\.ts$|^src\/concepts\/|^src\/store\/[\w-]+\.ts$/,
    mayImport: ['base'],
    mayName: ['clients', 'protocol', 'operations', 'web'],
    mayNamePackages: true,
    without: WEB_OR_DATABASE,
  },
  {
    name: 'testing',
    files: /^src\/testing\//,
    mayImport: ['base', 'model'],
    without: WEB_OR_DATABASE,
  },
  {
    name: 'clients',
    files: /^src\/clients\//,
    mayImport: ['base', 'model'],
    without: WEB_OR_DATABASE,
  },
  {
    name: 'identity',
    files: /^src\/identity\//,
    mayImport: ['base', 'model'],
    without: WEB_OR_DATABASE,
  },
  {
    name: 'tokens',
    files: /^src\/tokens\//,
    mayImport: ['base', 'model'],
    without: WEB_OR_DATABASE,
  },
  {
    name: 'protocol',
    files: /^src\/oauth\//,
    mayImport: ['base', 'model', ...TRADES],
    without: WEB_OR_DATABASE,
  },
  {
    name: 'django',
    files: /^src\/(?:django|imports)\//,
    mayImport: ['base', 'model', ...TRADES, 'protocol'],
    without: WEB_OR_DATABASE,
  },
  {
    // Addresses that strangers name, and what is fetched from them.
    name: 'outbound',
    files: /^src\/(?:outbound|private-key-jwt)\//,
    mayImport: ['base', 'model', ...TRADES, 'protocol'],
    without: WEB_OR_DATABASE,
  },
  {
    name: 'mail',
    files: /^src\/mail\//,
    mayImport: ['base', 'model'],
    without: WEB_OR_DATABASE,
  },
  {
    name: 'openid',
    files: /^src\/openid\//,
    mayImport: ['base', 'model', ...TRADES, 'protocol', 'outbound'],
    without: WEB_OR_DATABASE,
  },
  {
    name: 'registration',
    files: /^src\/(?:registration|client-id-metadata)\//,
    mayImport: ['base', 'model', ...TRADES, 'protocol', 'outbound', 'openid'],
    without: WEB_OR_DATABASE,
  },
  {
    // What is asked, proved and answered in other ways, a folder each.
    name: 'extensions',
    files: /^src\/(?:dpop|pushed-requests)\//,
    mayImport: ['base', 'model', ...TRADES, 'protocol', 'outbound'],
    without: WEB_OR_DATABASE,
  },
  {
    // What resources tokens are for; its records are operated like all others.
    name: 'resources',
    files: /^src\/(?:resources|jwt-access-tokens|token-exchange|identity-assertions|client-doctor)\//,
    mayImport: ['base', 'model', ...TRADES, 'protocol', 'outbound', 'openid', 'registration', 'operations'],
    without: WEB_OR_DATABASE,
  },
  {
    name: 'operations',
    files: /^src\/operations\//,
    mayImport: ['base', 'model', ...TRADES, 'protocol', 'openid'],
    without: WEB_OR_DATABASE,
  },
  {
    name: 'web',
    files:
      /^src\/(?:http|pages|admin|device|setup|ui|resource-server|passkeys|second-factor|own-data|notices|letters)\//,
    mayImport: ['base', 'model', ...TRADES, 'protocol', 'mail', 'openid', 'operations'],
    without: DATABASE,
  },
  {
    // Features that are made of pages alone.
    name: 'accounts',
    files: /^src\/(?:addresses|guards|invitations|passwordless|recovery)\//,
    mayImport: ['base', 'model', ...TRADES, 'protocol', 'outbound', 'mail', 'operations', 'web'],
    without: DATABASE,
  },
  {
    // Pages that ask others, by what its records say, which the command line writes, too.
    name: 'sign-in providers',
    files: /^src\/sign-in-providers\//,
    mayImport: ['base', 'model', ...TRADES, 'protocol', 'outbound', 'mail', 'operations', 'web'],
    without: DATABASE,
  },
  {
    name: 'storage',
    files: /^src\/store\/(?:d1|kv)\/|^schema\//,
    mayImport: ['base', 'model'],
    without: /^hono(?:\/|$)/,
  },
  {
    name: 'command line',
    files: /^src\/cli\//,
    mayImport: [
      'base',
      'model',
      ...TRADES,
      'protocol',
      'outbound',
      'openid',
      'django',
      'resources',
      'operations',
      'sign-in providers',
      'storage',
    ],
    without: /^hono(?:\/|$)/,
  },
  {
    name: 'assembly',
    files: /^src\/(?:public|rpc)\.ts$|^src\/provider\/|^src\/env\.d\.ts$/,
    mayImport: [
      'base',
      'model',
      ...TRADES,
      'protocol',
      'outbound',
      'mail',
      'openid',
      'registration',
      'extensions',
      'resources',
      'operations',
      'web',
      'accounts',
      'sign-in providers',
      'storage',
    ],
  },
  {
    name: 'shipped Worker',
    files: /^src\/index\.ts$/,
    mayImport: [
      'model',
      'outbound',
      'extensions',
      'openid',
      'resources',
      'django',
      'web',
      'accounts',
      'assembly',
    ],
  },
]

/** One import of a file. */
interface Import {
  readonly from: string
  /** A path below the repository's root, or a package. */
  readonly to: string
  readonly typeOnly: boolean
}

/** A file with its text. */
interface Source {
  readonly path: string
  readonly text: string
}

function readSources(folder: string, kinds = /\.tsx?$/): Source[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && kinds.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({
      path: relative(ROOT, file).replaceAll('\\', '/'),
      text: readFileSync(file, 'utf8'),
    }))
}

/** Every way in which a module is named: import, export from, import for its effect, dynamic import. */
function importsOf({ path, text }: Source): Import[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, '')
  const named = /^\s*(?:import|export)\s+(type\s+)?(?:[\w*{}\s,$]+\sfrom\s+)?'([^']+)'/gm
  const called = /\b(?:import|require)\(\s*'([^']+)'/g
  const resolve = (name: string): string =>
    name.startsWith('.') ? posix.join(posix.dirname(path), name) : name
  return [
    ...[...code.matchAll(named)].map(([, type, name = '']) => ({
      from: path,
      to: resolve(name),
      typeOnly: type !== undefined,
    })),
    ...[...code.matchAll(called)].map(([, name = '']) => ({
      from: path,
      to: resolve(name),
      typeOnly: false,
    })),
  ]
}

function layerOf(path: string): Layer | undefined {
  return LAYERS.find(({ files }) => files.test(path))
}

/** What is wrong with an import; null where it goes the right way. */
function problemOf({ from, to, typeOnly }: Import): string | null {
  const layer = layerOf(from)
  if (!layer) return `${from} is in no layer`
  if (!to.startsWith('src/') && !to.startsWith('schema/')) {
    const burden = !(typeOnly && layer.mayNamePackages)
    return burden && layer.without?.test(to) ? `${from} (${layer.name}) must do without ${to}` : null
  }
  const target = layerOf(to)
  if (!target) return `${from} imports ${to}, which is in no layer`
  if (target === layer || layer.mayImport.includes(target.name)) return null
  if (typeOnly && layer.mayName?.includes(target.name)) return null
  return `${from} (${layer.name}) must not import ${to} (${target.name})`
}

function problemsOf(sources: readonly Source[]): string[] {
  return sources
    .flatMap(importsOf)
    .map(problemOf)
    .filter((problem) => problem !== null)
}

const sources = [...readSources('src'), ...readSources('schema')]
const tests = readSources('test')

describe('import direction', () => {
  it('is kept by every file', () => {
    expect(sources.length).toBeGreaterThan(80)
    expect(sources.flatMap(importsOf).length).toBeGreaterThan(300)
    expect(problemsOf(sources)).toEqual([])
  })

  it.each([
    ['src/crypto/x.ts', `import { a } from '../oauth/token.ts'`],
    ['src/tokens/x.ts', `import type { a } from '../oauth/token.ts'`],
    ['src/tokens/x.ts', `import { a } from '../identity/authenticate.ts'`],
    ['src/identity/x.ts', `import { a } from '../tokens/issue.ts'`],
    ['src/clients/x.ts', `import { a } from '../oauth/token.ts'`],
    ['src/concepts/feature.ts', `import { Hono } from 'hono'`],
    ['src/scope.ts', `import type { Provider } from './concepts.ts'`],
    ['src/concepts.ts', `import { grantTypes } from './oauth/grants/index.ts'`],
    ['src/oauth/x.ts', `import { Hono } from 'hono'`],
    ['src/oauth/x.ts', `import type { Context } from 'hono/jsx'`],
    ['src/tokens/x.ts', `import { sql } from 'drizzle-orm'`],
    ['src/identity/x.ts', `import { run } from '../store/d1/run.ts'`],
    ['src/oauth/x.ts', `import {\n  a,\n  b,\n} from '../http/params.ts'`],
    ['src/pages/routes/x.ts', `import { users } from '../../../schema/index.ts'`],
    ['src/http/x.ts', `export { run } from '../store/d1/run.ts'`],
    ['src/http/x.ts', `const run = await import('../store/d1/run.ts')`],
    ['src/ui/x.tsx', `import { sql } from 'drizzle-orm'`],
    ['src/store/d1/x.ts', `import { issueTokens } from '../../tokens/issue.ts'`],
    ['src/store/kv/x.ts', `import '../../provider/create-provider.ts'`],
    ['schema/x.ts', `import type { Context } from 'hono'`],
    ['src/http/x.ts', `import { createProvider } from '../provider/create-provider.ts'`],
    ['src/cli/x.ts', `import { app } from '../index.ts'`],
    ['src/cli/x.ts', `import { Layout } from '../ui/layout.tsx'`],
    ['src/oauth/x.ts', `import { main } from '../cli/index.ts'`],
    ['src/provider/create-provider.ts', `import { main } from '../cli/index.ts'`],
    ['src/new-folder/x.ts', `import { a } from '../scope.ts'`],
  ])('is broken by a wrong import: %s: %s', (path, text) => {
    expect(problemsOf([{ path, text }])).toHaveLength(1)
  })

  it('is not broken by a right import', () => {
    const text = `/* import { Hono } from 'hono' */
import type { Approval } from './oauth/authorize/answer.ts'
import { a } from './scope.ts'`
    expect(problemsOf([{ path: 'src/concepts.ts', text }])).toEqual([])
  })
})

describe('files', () => {
  it('have at most 300 lines, those of tests at most 500', () => {
    const tooLong = (all: readonly Source[], most: number): string[] =>
      all
        .map(({ path, text }) => ({ lines: text.split('\n').length - 1, path }))
        .filter(({ lines }) => lines > most)
        .map(({ lines, path }) => `${path} has ${lines} lines`)
    expect(tooLong(sources, 300)).toEqual([])
    expect(tooLong(tests, 500)).toEqual([])
    expect(tooLong([{ path: 'x', text: 'x\n'.repeat(301) }], 300)).toEqual(['x has 301 lines'])
  })

  it('say what each export is', () => {
    expect(undocumented([{ path: 'x', text: '\nexport function f(): void {}\n' }])).toEqual([
      'x: export function f(): void {}',
    ])
    expect(undocumented(sources)).toEqual([])
  })

  it('leave D1’s batch to the one helper that repairs it', () => {
    const others = sources.filter(
      // busy.ts passes a batch on to the same database, again while another process holds it.
      ({ path, text }) =>
        !['src/cli/busy.ts', 'src/store/d1/run.ts'].includes(path) && /\.batch\(/.test(text),
    )
    expect(others.map(({ path }) => path)).toEqual([])
  })

  it('do without `any`', () => {
    const found = [...sources, ...tests].filter(({ path, text }) => {
      if (path === 'test/architecture.test.ts') return false
      const code = text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g, '')
      return /[:<|&(,]\s*any\b(?!\s*\()|\bas any\b|\bany\[\]/.test(code)
    })
    expect(found.map(({ path }) => path)).toEqual([])
  })

  it('skip no test, and run none alone', () => {
    const found = tests.filter(({ text }) =>
      /\b(?:it|test|describe|must|threat)\.(?:skip|only|todo)\b/.test(text),
    )
    expect(found.map(({ path }) => path)).toEqual([])
  })
})

/** Exports that no comment stands before; an overload's or a type's second line counts as documented by the first. */
function undocumented(all: readonly Source[]): string[] {
  const starts =
    /^export (?:async |abstract |declare )*(?:function|const|let|class|interface|type|enum)\b(?! \{| \*)/
  return all.flatMap(({ path, text }) => {
    const lines = text.split('\n')
    return lines
      .filter(
        (line, index) =>
          starts.test(line) && !/^(?:\*\/| \*\/|\/\*\*.*\*\/|\/\/)/.test(lines[index - 1] ?? ''),
      )
      .map((line) => `${path}: ${line}`)
  })
}
