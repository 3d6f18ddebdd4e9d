// `npm run size`: builds the Worker as it is deployed, and fails where it has grown beyond what was agreed.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { gzipSync } from 'node:zlib'
import { runWrangler } from '../src/cli/wrangler.ts'

/** KiB, compressed: Cloudflare takes 3,072 on the free plan, but each of them is read before the first request. */
const BUDGET = 90

/** Builds without deploying, and reads the bundle. */
async function build(outdir: string): Promise<Buffer> {
  const args = ['deploy', '--dry-run', '--minify', '--outdir', outdir]
  const { code, stderr, stdout } = await runWrangler(args)
  if (code !== 0) throw new Error(`wrangler deploy --dry-run failed.\n${stdout}${stderr}`)
  return readFile(join(outdir, 'index.js'))
}

const outdir = await mkdtemp(join(tmpdir(), 'size-'))
try {
  const bundle = await build(outdir)
  const [plain, gzip] = [bundle.length, gzipSync(bundle).length].map((bytes) => bytes / 1024)
  console.log(
    `${plain?.toFixed(1)} KiB minified, ${gzip?.toFixed(1)} KiB gzip; the budget is ${BUDGET} KiB gzip`,
  )
  if (gzip === undefined || gzip > BUDGET) process.exitCode = 1
} finally {
  await rm(outdir, { recursive: true })
}
