import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { randomBytes, toBase64url } from '../crypto/bytes.ts'

/**
 * Reads the SECRET_KEY of a local state, and creates it if there is none. Processes that start at the same time agree on
 * one: a complete key appears at once, under a name that only the first process gets.
 * @param persistTo the folder of the local state
 * @returns 256 random bits, base64url
 */
export async function readSecretKey(persistTo: string): Promise<string> {
  const file = join(persistTo, 'secret-key')
  const found = await read(file)
  if (found !== null) return found
  await mkdir(persistTo, { recursive: true })
  const draft = `${file}.${toBase64url(randomBytes(6))}`
  await writeFile(draft, `${toBase64url(randomBytes(32))}\n`, { mode: 0o600 })
  try {
    await link(draft, file)
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
  } finally {
    await rm(draft)
  }
  return (await readFile(file, 'utf8')).trim()
}

async function read(file: string): Promise<string | null> {
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null
    throw error
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
