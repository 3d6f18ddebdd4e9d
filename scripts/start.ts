import { type ChildProcess, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { seed } from '../cli/seed.ts'
const { PERSIST_TO: persistTo = '.wrangler/state', PORT: port = '8787' } = process.env
const bin = join(dirname(createRequire(import.meta.url).resolve('wrangler/package.json')), 'bin/wrangler.js')
const env = { ...process.env, CLOUDFLARE_CF_FETCH_ENABLED: 'false', WRANGLER_HIDE_BANNER: 'true', WRANGLER_SEND_METRICS: 'false' }
let child: ChildProcess | undefined, log = '', ready = false, stopping = false
function stop(): void {
  stopping = true
  child?.kill('SIGTERM')
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
const { ppid } = process
setInterval(() => process.ppid === ppid || stop(), 200).unref() // npm itself was killed
process.on('exit', (code) => code === 0 || process.stderr.write(log))
/** Runs wrangler to its end, or until this process is told to stop, and exits with its code if that is not 0. */
async function wrangler(args: string[], onOutput: (text: string) => void): Promise<void> {
  child = spawn(process.execPath, [bin, ...args, '--persist-to', persistTo], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  child.stdout?.setEncoding('utf8').on('data', onOutput)
  const closing = Promise.withResolvers<number | null>()
  child.on('close', closing.resolve)
  const code = await closing.promise
  if (stopping || code !== 0) process.exit(stopping ? 0 : (code ?? 1))
}
await wrangler(['d1', 'migrations', 'apply', 'DB', '--local'], (text) => (log += text))
log = ''
await seed({ persistTo }) // insert … on conflict do nothing, through getPlatformProxy (section 5)
await wrangler(['dev', '--port', port, '--show-interactive-dev-session=false', ...process.argv.slice(2)], (text) => {
  process.stdout.write(text)
  const url = ready ? undefined : /Ready on (http\S+)/.exec(text)?.[1]
  if (url) console.log(`\nTry it:\n\n  curl -d "username=demo" ${url}/login\n`)
  ready ||= url !== undefined
})
