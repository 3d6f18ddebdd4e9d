import { resolve } from 'node:path'
import process from 'node:process'
import { defineConfig } from 'vitest/config'
import { jsxAlias } from '../test/support/jsx-alias.ts'

/**
 * Clients that this repository does not install: `npm run interop` needs the package indexes of npm, Python and Go, Python 3 with
 * venv, and Go. `npm run interop -- codex` tries one.
 */
export default defineConfig({
  resolve: { alias: jsxAlias },
  test: {
    include: ['interop/*.test.ts'],
    env: {
      // The Workers of these tests trust the documents of `test/end-to-end/mcp-document.ts`; installers, whom they trusted before.
      NODE_EXTRA_CA_CERTS: resolve('test/fixtures/tls/localhost.pem'),
      INSTALLERS_CA_CERTS: process.env['NODE_EXTRA_CA_CERTS'] ?? '',
    },
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
})
