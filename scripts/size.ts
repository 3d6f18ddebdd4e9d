// `npm run size`: builds what people deploy, and fails where it has grown beyond what was agreed.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
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
const DJANGO = ['pbkdf2_sha256', 'argon2id', '$2b$']

const TARGETS: readonly Target[] = [
  {
    name: 'requireScope alone',
    entry: 'scripts/size/middleware.ts',
    budget: 14,
    without: ['drizzle', 'scrypt', '<!doctype'],
  },
  {
    name: 'core',
    entry: 'scripts/size/core.ts',
    budget: 80,
    without: [
      '<!doctype html><html lang="en"><head',
      'consent-',
      '/admin/api',
      'pbkdf2_sha256',
      'argon2id',
      '$2b$',
    ],
  },
  {
    name: 'core and pages',
    entry: 'scripts/size/pages.ts',
    budget: 115,
    without: ['/admin/api', ...OPENID, ...DJANGO],
  },
  {
    name: 'the whole Worker',
    entry: 'src/index.ts',
    budget: 180,
    without: [],
    holds: [...DJANGO, ...OPENID],
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

for (const { budget, entry, holds = [], name, without } of TARGETS) {
  const bundle = await build(entry)
  const [plain = 0, gzip = 0] = [bundle.length, gzipSync(bundle).length].map((bytes) => bytes / 1024)
  console.log(
    `${name}: ${plain.toFixed(1)} KiB minified, ${gzip.toFixed(1)} KiB gzip; the budget is ${budget} KiB gzip`,
  )
  const strangers = without.filter((text) => bundle.includes(text))
  if (strangers.length > 0) console.log(`${name} holds what it should not: ${strangers.join(', ')}`)
  const missing = holds.filter((text) => !bundle.includes(text))
  if (missing.length > 0) console.log(`${name} lacks what it should hold: ${missing.join(', ')}`)
  if (gzip > budget || strangers.length > 0 || missing.length > 0) process.exitCode = 1
}
