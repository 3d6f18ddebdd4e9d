import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'

const PACKAGE = v.pipe(v.string(), v.parseJson(), v.object({ version: v.string() }))

/** The version of the package, whose package.json is above src/, or above dist/src/ once it is built. */
export function version(): string {
  const [file] = ['../..', '../../..']
    .map((path) => join(import.meta.dirname, path, 'package.json'))
    .filter((path) => existsSync(path))
  return file === undefined ? 'unknown' : v.parse(PACKAGE, readFileSync(file, 'utf8')).version
}
