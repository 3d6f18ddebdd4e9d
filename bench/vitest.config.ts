import process from 'node:process'
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'
import { jsxAlias } from '../test/support/jsx-alias.ts'

process.env['SECRET_KEY'] = 'the-tests-know-this-key-nothing-else-may-use-it'

/** `npm run bench`: measures in workerd, with real D1. What counts are the ratios, for times are this machine's. */
export default defineConfig({
  plugins: [
    cloudflareTest({
      wrangler: { configPath: './wrangler.toml' },
      miniflare: {
        bindings: {
          TEST_MIGRATIONS: await readD1Migrations('./schema/migrations'),
          OAUTH_ENFORCE_SECURE: 'false',
        },
      },
    }),
  ],
  resolve: { alias: jsxAlias },
  test: {
    include: ['bench/*.bench.ts'],
    setupFiles: ['./test/setup.ts'],
    testTimeout: 120_000,
    fileParallelism: false,
  },
})
