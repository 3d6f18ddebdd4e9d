import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import versions from './programs.json' with { type: 'json' }

const run = promisify(execFile)

/** Something from a package index, in a folder of its own. */
export interface Installed {
  /** A path below the folder. */
  readonly path: (...names: string[]) => string
  readonly remove: () => Promise<void>
}

async function makeFolder(): Promise<Installed & { readonly folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'interop-'))
  return {
    folder,
    path: (...names) => join(folder, ...names),
    remove: async () => rm(folder, { recursive: true, force: true }),
  }
}

/** Makes an environment of Python with what `requirements.txt` names; its program is `bin/python`. */
export async function installPython(): Promise<Installed> {
  const made = await makeFolder()
  await run('python3', ['-m', 'venv', made.folder])
  const requirements = join(import.meta.dirname, 'requirements.txt')
  await run(made.path('bin/python'), ['-m', 'pip', 'install', '--quiet', '-r', requirements])
  return made
}

/** Builds the program of `go`, with what `go.mod` names; it is called `interop`. */
export async function installGo(): Promise<Installed> {
  const made = await makeFolder()
  const cwd = join(import.meta.dirname, 'go')
  await run('go', ['build', '-mod=readonly', '-o', made.path('interop'), '.'], { cwd })
  return made
}

/** Installs a program from npm, in the version of `programs.json`, below `node_modules`; scripts of packages do not run. */
export async function installProgram(name: keyof typeof versions): Promise<Installed> {
  const made = await makeFolder()
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: process.env['INSTALLERS_CA_CERTS'] }
  const options = ['--no-audit', '--no-fund', '--ignore-scripts', '--prefix', made.folder]
  await run('npm', ['install', ...options, `${name}@${versions[name]}`], { cwd: made.folder, env })
  return made
}
