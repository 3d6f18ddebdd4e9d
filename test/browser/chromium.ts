import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type Browser, chromium, type LaunchOptions } from 'playwright-core'
const require = createRequire(import.meta.url)
/**
 * Starts a headless browser: `BROWSER_PATH` if set, the packaged Chromium on Linux x64, else the machine's Chrome.
 * @param options as Playwright has them
 */
export async function launch(options: LaunchOptions = {}): Promise<Browser> {
  const { BROWSER_PATH: executablePath } = process.env
  if (executablePath) return chromium.launch({ ...options, executablePath })
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return chromium.launch({ ...options, channel: 'chrome' })
  }
  const dir = await unpack()
  const env = {
    ...process.env,
    LD_LIBRARY_PATH: join(dir, 'al2023/lib'),
    FONTCONFIG_FILE: join(dir, 'fonts.conf'),
  }
  return chromium.launch({ ...options, executablePath: join(dir, 'chromium'), env })
}
/** Unpacks the packaged Chromium, its libraries and its font once per version and returns their directory. */
async function unpack(): Promise<string> {
  const home = join(dirname(require.resolve('@sparticuz/chromium')), '..')
  const { version } = require(join(home, 'package.json')) as { version: string }
  const dir = join(home, '../../.cache', `chromium-${version}`)
  if (existsSync(dir)) return dir
  await mkdir(dirname(dir), { recursive: true })
  const partial = await mkdtemp(`${dir}.`)
  const { TMPDIR = '' } = process.env
  process.env['TMPDIR'] = partial // inflate() unpacks into os.tmpdir()
  const { inflate } = await import('@sparticuz/chromium')
  const files = ['chromium.br', 'al2023.tar.br', 'fonts.tar.br', 'swiftshader.tar.br'].map((file) =>
    join(home, 'bin', file),
  )
  await Promise.all(files.map(inflate)).finally(() => (process.env['TMPDIR'] = TMPDIR))
  const conf = `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir prefix="relative">fonts</dir>`
  await writeFile(
    join(partial, 'fonts.conf'),
    `${conf}<cachedir>${join(dir, 'fonts-cache')}</cachedir></fontconfig>`,
  )
  await rename(partial, dir).catch(() => rm(partial, { recursive: true })) // another process was first
  return dir
}
