// `npm run size`: builds what people deploy, and fails where it has grown beyond what was agreed. `npm run size -- features` tells
// what each feature of the shipped Worker adds, `npm run size -- lines` of what the lines of `src` are made.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { gzipSync } from 'node:zlib'
import { runWrangler } from '../src/cli/wrangler.ts'

interface Target {
  readonly name: string
  readonly entry: string
  /** KiB, compressed: all of it is read before the first request. */
  readonly budget: number
  /** Texts that show that something came along which has no business there. */
  readonly without: readonly string[]
  /** Texts that must be there, so that their absence elsewhere says something. */
  readonly holds?: readonly string[]
}

/** A sign of the feature openid(): its signatures. */
const OPENID = ['ERR_JWS_INVALID']

/** Signs of the feature django(), which the shipped Worker has: were they not to be found there, they would prove nothing elsewhere. */
const DJANGO = ['pbkdf2_sha256']

/** Signs of its bcrypt and Argon2, which it has only if asked. */
const SLOW_HASHES = ['argon2id', '$2b$']

/** A sign of the local demo, which only the shipped Worker is given. */
const DEMO = ['/demo/redeem']

/** A sign of the operators' storage, which comes with the features that work with it. */
const OPERATORS = ['audit_events e LEFT JOIN users a']

/** Signs of German, which only the shipped Worker is given. */
const GERMAN = ['Anmelden', 'Passwort', 'Speichern']

const TARGETS: readonly Target[] = [
  {
    name: 'requireScope alone',
    entry: 'scripts/size/middleware.ts',
    budget: 13,
    without: ['drizzle', 'scrypt', '<!doctype'],
  },
  {
    name: 'core',
    entry: 'scripts/size/core.ts',
    budget: 70,
    without: [
      '<!doctype html><html lang="en"><head',
      'consent-',
      '/admin/api',
      ...DJANGO,
      ...SLOW_HASHES,
      ...OPERATORS,
      ...GERMAN,
    ],
  },
  {
    name: 'core and pages',
    entry: 'scripts/size/pages.ts',
    budget: 102,
    without: ['/admin/api', ...DEMO, ...OPENID, ...DJANGO, ...SLOW_HASHES, ...OPERATORS, ...GERMAN],
  },
  {
    name: 'OpenID Connect and the panel',
    entry: 'scripts/size/openid.ts',
    budget: 165,
    without: ['device_code', ...DEMO, ...SLOW_HASHES, ...GERMAN],
    holds: [...DJANGO, ...OPENID, ...OPERATORS],
  },
  {
    name: 'every protocol and the panel',
    entry: 'scripts/size/protocols.ts',
    budget: 190,
    without: [...DEMO, ...SLOW_HASHES, ...GERMAN],
    holds: [...DJANGO, ...OPENID, ...OPERATORS],
  },
  {
    name: 'the whole Worker',
    entry: 'src/index.ts',
    budget: 395,
    without: [],
    holds: [...DEMO, ...DJANGO, ...SLOW_HASHES, ...OPENID, ...OPERATORS, ...GERMAN],
  },
]

/** Builds without deploying, and reads the bundle. */
async function build(entry: string): Promise<Buffer> {
  const outdir = await mkdtemp(join(tmpdir(), 'size-'))
  try {
    const { code, stderr, stdout } = await runWrangler([
      'deploy',
      entry,
      '--dry-run',
      '--minify',
      '--outdir',
      outdir,
    ])
    if (code !== 0) throw new Error(`wrangler deploy --dry-run failed.\n${stdout}${stderr}`)
    const [file = ''] = (await readdir(outdir)).filter((name) => name.endsWith('.js'))
    return await readFile(join(outdir, file))
  } finally {
    await rm(outdir, { recursive: true })
  }
}

/** Kibibytes of a bundle, as it is and compressed. */
function sizesOf(bundle: Buffer): readonly [plain: number, gzip: number] {
  return [bundle.length / 1024, gzipSync(bundle).length / 1024]
}

async function checkTargets(): Promise<void> {
  for (const { budget, entry, holds = [], name, without } of TARGETS) {
    const bundle = await build(entry)
    const [plain, gzip] = sizesOf(bundle)
    console.log(
      `${name}: ${plain.toFixed(1)} KiB minified, ${gzip.toFixed(1)} KiB gzip; the budget is ${budget} KiB gzip`,
    )
    const strangers = without.filter((text) => bundle.includes(text))
    if (strangers.length > 0) console.log(`${name} holds what it should not: ${strangers.join(', ')}`)
    const missing = holds.filter((text) => !bundle.includes(text))
    if (missing.length > 0) console.log(`${name} lacks what it should hold: ${missing.join(', ')}`)
    if (gzip > budget || strangers.length > 0 || missing.length > 0) process.exitCode = 1
  }
}

/** What each feature of the shipped Worker adds to a provider that has pages alone. */
async function showFeatures(): Promise<void> {
  const shipped = await readFile('src/index.ts', 'utf8')
  const imports = [...shipped.matchAll(/^import \{ (\w+) \} from '\.\/(.+)'$/gm)]
  const calls = [...shipped.matchAll(/^ {4}((\w+)\(.*\)),$/gm)].filter(([, , maker]) => maker !== 'pages')
  const withPages = await readFile('scripts/size/pages.ts', 'utf8')
  const [, alone] = sizesOf(await build('scripts/size/pages.ts'))
  const folder = '.wrangler/size'
  await mkdir(folder, { recursive: true })
  for (const [, call = '', maker = ''] of calls) {
    const entry = join(folder, `${maker}.ts`)
    const needed = imports.filter(([, name = '']) => new RegExp(`\\b${name}\\b`).test(call))
    await writeFile(
      entry,
      [
        ...needed.map(([, name, path]) => `import { ${name} } from '../../src/${path}'`),
        withPages.replace('[pages()]', `[pages(), ${call}]`),
      ].join('\n'),
    )
    const [, gzip] = sizesOf(await build(entry))
    console.log(`${maker}: ${(gzip - alone).toFixed(1)} KiB gzip`)
  }
  await rm(folder, { recursive: true })
}

const PROTOCOLS =
  'client-doctor client-documents client-id-metadata device device-codes dpop identity-assertions issuers jwt-access-tokens logout-notices openid openid-logout openid-profile outbound private-key-jwt pushed-requests registration resources signing-keys token-exchange unused-clients'
const ACCOUNTS =
  'addresses guards invitations letters linked-accounts linked-sign-in mail mail-links notices outbox own-data passkeys passwordless recovery second-factor setup sign-in-providers verified-address ways-in'

/** Parts of `src`, by folders and by files of other folders: the first whose pattern fits counts a file. */
const PARTS: readonly (readonly [name: string, files: RegExp])[] = [
  ['German', /german|-de\.ts$/],
  ['protocols beyond OAuth 2.0, with their storage', filesOf(PROTOCOLS)],
  ['accounts beyond a password, with their storage', filesOf(ACCOUNTS)],
  ['the import', /^(?:django|imports|store\/d1\/import)\/|\/import-/],
  ['the command line', /^cli\//],
  ['the panel, its API and what operators do', /^(?:admin|operations)\/|^store\/(?:d1\/)?(?:admin|browse)/],
  ['pages', /^(?:pages|ui)\//],
  ['the suite for storages', /^testing\//],
  ['the rest of the storage', /^store\//],
  ['OAuth 2.0 and what holds all together', /./],
]

function filesOf(names: string): RegExp {
  return new RegExp(`(?:^|/)(?:${names.replaceAll(' ', '|')})(?:-store|-sign-in)?(?:/|\\.tsx?$)`)
}

/** What the lines of `src` are made of. */
async function showLines(): Promise<void> {
  const counts = new Map(PARTS.map(([name]) => [name, 0]))
  for (const file of await readdir('src', { recursive: true })) {
    if (!/\.tsx?$/.test(file)) continue
    const [name = ''] = PARTS.find(([, files]) => files.test(file)) ?? []
    const lines = (await readFile(join('src', file), 'utf8')).split('\n').length - 1
    counts.set(name, (counts.get(name) ?? 0) + lines)
  }
  for (const [name, lines] of counts) console.log(`${name}: ${lines}`)
}

const modes: Readonly<Record<string, () => Promise<void>>> = { features: showFeatures, lines: showLines }
await (modes[process.argv[2] ?? ''] ?? checkTargets)()
