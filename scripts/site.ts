// `npm run site`: the documents as a site, in site/.vitepress/dist. `npm run site -- dev` serves it and follows each change.
import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import process from 'node:process'
import { createTestHarness } from 'wrangler'
import { REFERENCE_FILE } from './site/addresses.ts'
import { problemsOf } from './site/check.ts'

const SITE = 'site/.vitepress/dist'

/** Keeps the OpenAPI document of a provider that has every feature turned on. */
async function readReference(): Promise<void> {
  const secrets = { SECRET_KEY: 'of-a-provider-that-serves-its-own-description-alone' }
  const harness = createTestHarness({ workers: [{ configPath: 'site/reference.toml', secrets }] })
  try {
    await harness.listen()
    const response = await harness.getWorker().fetch('https://id.example/openapi.json')
    if (!response.ok)
      throw new Error(`The provider answered ${response.status}, and not its OpenAPI document.`)
    await writeFile(REFERENCE_FILE, await response.text())
  } finally {
    await harness.close()
  }
}

/** Runs VitePress until it ends. */
async function runVitePress(command: string): Promise<number> {
  const child = spawn(process.execPath, ['site/node_modules/vitepress/bin/vitepress.js', command, 'site'], {
    stdio: 'inherit',
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  return new Promise((resolve) => child.on('close', (code) => resolve(code ?? 1)))
}

const [command = 'build'] = process.argv.slice(2)
await readReference()
process.exitCode = await runVitePress(command)
if (command === 'build' && process.exitCode === 0) {
  const problems = problemsOf(SITE)
  for (const problem of problems) console.error(problem)
  process.exitCode = problems.length === 0 ? 0 : 1
}
