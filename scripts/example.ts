// `npm run example -- NAME`: one of the examples, as `npm start` serves the provider, with a local state of its own.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
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
process.chdir(folder)
await serveLocally(async (session, url) => {
  await seedDemo(session, `${url}/demo/callback`)
  if (!existsSync(own)) return
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the module is one of this repository
  const { seed } = (await import(pathToFileURL(own).href)) as SeedModule
  await seed(session, url)
})
