import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import process from 'node:process'
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'
import { internet } from './test/support/internet.ts'
import { jsxAlias } from './test/support/jsx-alias.ts'

/** Folders of test/ that drive processes, files or a browser; all others run in workerd, with real D1 and KV. */
const NODE = '{browser,cli,docs,package,end-to-end,schema,scripts}'

// wrangler.toml names it as a secret, which is looked for in the environment.
process.env['SECRET_KEY'] = 'the-tests-know-this-key-nothing-else-may-use-it'

const workerd = cloudflareTest({
  wrangler: { configPath: './wrangler.toml' },
  miniflare: {
    email: { send_email: [{ name: 'EMAIL' }] },
    // Given to the Worker under its own name by the tests that want it.
    ratelimits: { TEST_LIMITER: { namespace_id: '1', simple: { limit: 5, period: 60 } } },
    outboundService: internet,
    bindings: {
      TEST_MIGRATIONS: await readD1Migrations('./schema/migrations'),
      // The shipped value is for production; tests speak plain http, and try the other value where it matters.
      OAUTH_ENFORCE_SECURE: 'false',
    },
  },
})

/**
 * A busy machine is slow, and what a test leaves running when its time is over disturbs the next one: these bounds only end what
 * hangs.
 */
const patience = { testTimeout: 120_000, hookTimeout: 120_000 }

const worker = {
  name: 'worker',
  include: ['test/**/*.test.{ts,tsx}'],
  exclude: [`test/${NODE}/**`, 'test/architecture.test.ts'],
  isolate: false,
  setupFiles: ['./test/setup.ts'],
  ...patience,
}

/** Imports an example as its user would: the package's name is this repository's source. */
const packageAlias = {
  ...jsxAlias,
  'edge-oauth2-provider/testing': resolve('./src/testing/store-conformance.ts'),
  'edge-oauth2-provider': resolve('./src/public.ts'),
}

const customStore = {
  plugins: [
    cloudflareTest({
      wrangler: { configPath: './examples/custom-store/wrangler.toml' },
      miniflare: { bindings: { SECRET_KEY: process.env['SECRET_KEY'], OAUTH_DEMO: 'true' } },
    }),
  ],
  resolve: { alias: packageAlias },
  test: {
    name: 'custom-store',
    include: ['examples/custom-store/test/*.test.ts'],
    isolate: false,
    ...patience,
  },
}

const node = {
  name: 'node',
  include: [`test/${NODE}/**/*.test.ts`, 'test/architecture.test.ts'],
  // Half of what these do is to start Node.js with wrangler in it, some two hundred times.
  env: {
    NODE_COMPILE_CACHE: resolve('node_modules/.cache/node'),
    // The Workers of these tests trust the documents of `test/end-to-end/mcp-document.ts`.
    NODE_EXTRA_CA_CERTS: resolve('test/fixtures/tls/localhost.pem'),
  },
  ...patience,
}

export default defineConfig({
  test: {
    // What the Worker logs is shown where a test fails.
    silent: 'passed-only',
    // The default leaves one core idle, which is half of a small machine.
    maxWorkers: Math.max(2, availableParallelism()),
    projects: [
      { plugins: [workerd], resolve: { alias: jsxAlias }, test: worker },
      customStore,
      { resolve: { alias: jsxAlias }, test: node },
    ],
    coverage: { provider: 'istanbul', include: ['src/**'] },
  },
})
