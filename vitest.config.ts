import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'
const TEST_MIGRATIONS = await readD1Migrations('./schema/migrations')
const workerd = cloudflareTest({ wrangler: { configPath: './wrangler.toml' }, miniflare: { bindings: { TEST_MIGRATIONS } } })
const worker = { name: 'worker', include: ['test/worker/**/*.test.{ts,tsx}'], isolate: false, setupFiles: ['./test/worker/setup.ts'] }
const node = { name: 'node', include: ['test/{browser,schema}/**/*.test.ts'], testTimeout: 30_000, hookTimeout: 60_000 }
export default defineConfig({ test: { projects: [{ plugins: [workerd], test: worker }, { test: node }], coverage: { provider: 'istanbul', include: ['src/**'] } } })
