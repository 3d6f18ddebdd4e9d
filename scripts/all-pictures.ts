import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { readdir, writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import process from 'node:process'

const TESTS = 'test/browser'

/**
 * Takes pictures of every page that the tests in the browser look at: light, dark, on a phone, in German.
 * @param folder where they are kept
 */
export function photographAll(folder: string): void {
  const files = readdirSync(TESTS)
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => join(TESTS, file))
    .filter((file) => /\b(?:inspect|photograph)\b.*look\.ts/.test(readFileSync(file, 'utf8')))
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'node', '--testTimeout', '240000']
  const env = { ...process.env, SCREENSHOTS: resolve(folder) }
  const { status } = spawnSync(process.execPath, [...args, ...files], { env, stdio: 'inherit' })
  process.exitCode = status ?? 1
}

/** What is added to a page's name, by how it was taken. */
const SHOTS = ['light', 'phone', 'dark', 'phone-dark', 'de', 'phone-de']

/**
 * Writes `index.html` into a folder of pictures: all of a page in a row, and below it, if there are older ones, how it was.
 * @param before a folder of older pictures
 * @returns the path of the sheet
 */
export async function writeSheet(folder: string, before?: string): Promise<string> {
  const pages = (await readdir(folder)).filter((file) => file.endsWith('-light.png')).toSorted(compare)
  const rows = await Promise.all(
    pages.map(async (file) => {
      const name = file.slice(0, -'-light.png'.length)
      const was = before === undefined ? '' : await rowOf(folder, before, name)
      return `<h2>${name}</h2><p>${await rowOf(folder, folder, name)}</p>${was && `<p class="was">${was}</p>`}`
    }),
  )
  const style = 'img{height:24rem;margin:.5rem;border:1px solid #999;vertical-align:top}.was{background:#ddd}'
  const path = join(folder, 'index.html')
  await writeFile(path, `<!doctype html><title>Pages</title><style>${style}</style>${rows.join('\n')}\n`)
  return path
}

const compare = (one: string, other: string): number => one.localeCompare(other)

/** The pictures of a page that are in a folder. */
async function rowOf(sheet: string, folder: string, name: string): Promise<string> {
  const files = await readdir(folder)
  return SHOTS.map((shot) => `${name}-${shot}.png`)
    .filter((file) => files.includes(file))
    .map((file) => `<img src="${relative(sheet, join(folder, file))}" alt="${file}" loading="lazy">`)
    .join('')
}
