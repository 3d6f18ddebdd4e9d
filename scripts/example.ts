// `npm run example -- NAME`: one of the examples, as `npm start` serves the provider, with a local state of its own. An API in
// a Worker of its own is served on the next port, beside the provider of `npm start`.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import type { Session } from '../src/cli/open-store.ts'
import { seedDemo } from '../src/cli/seed.ts'
import { type Seed, serveLocally } from './local-provider.ts'

const examples = join(import.meta.dirname, '../examples')
const [name = ''] = process.argv.splice(2, 1)
const folder = join(examples, name)

if (!/^[\w-]+$/.test(name) || !existsSync(join(folder, 'wrangler.toml'))) {
  const names = readdirSync(examples).filter((entry) => existsSync(join(examples, entry, 'wrangler.toml')))
  console.error(`usage: npm run example -- NAME, where NAME is one of ${names.join(', ')}`)
  process.exit(2)
}

/** What an example's `seed.ts` exports, if it needs more than the demo data. */
interface SeedModule {
  readonly seed: Seed
}

const own = join(folder, 'seed.ts')
const config = readFileSync(join(folder, 'wrangler.toml'), 'utf8')
// One with a service binding is no provider, and needs one beside it.
const isApi = config.includes('services =')
if (!isApi) process.chdir(folder)

// What the provider beside an API is set to, for `wrangler dev`.
const settings = join(folder, 'provider.json')
if (existsSync(settings)) {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the file is one of this repository
  const vars = JSON.parse(readFileSync(settings, 'utf8')) as Readonly<Record<string, string>>
  process.argv.push(...Object.entries(vars).flatMap(([variable, value]) => ['--var', `${variable}:${value}`]))
}

async function seed(session: Session, url: string): Promise<void> {
  await seedDemo(session, `${url}/demo/callback`)
  if (!existsSync(own)) return
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the module is one of this repository
  const { seed: more } = (await import(pathToFileURL(own).href)) as SeedModule
  await more(session, url)
}

const hasDatabase = isApi || config.includes('d1_databases')
await serveLocally({
  about: `What it shows, and what to try: examples/${name}/README.md`,
  seed: hasDatabase ? seed : null,
  ...(isApi && { beside: folder }),
})
