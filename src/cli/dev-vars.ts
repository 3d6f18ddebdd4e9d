import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnv } from 'node:util'

const FILE = '.dev.vars'

/**
 * Reads what .dev.vars sets for the Worker on this machine, as wrangler does; nothing if there is no such file.
 * @param folder of wrangler.toml
 */
export async function readDevVars(folder = '.'): Promise<Readonly<Record<string, string>>> {
  try {
    const entries = Object.entries(parseEnv(await readFile(join(folder, FILE), 'utf8')))
    return Object.fromEntries(entries.map(([name, value]) => [name, value ?? '']))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {}
    throw error
  }
}
