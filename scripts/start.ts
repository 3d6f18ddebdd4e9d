// `npm start`: a local provider, migrated and with demo data. What follows `npm start --` goes to `wrangler dev`.
import { seedDemo } from '../src/cli/seed.ts'
import { serveLocally } from './local-provider.ts'

await serveLocally({ seed: (session, url) => seedDemo(session, `${url}/demo/callback`) })
