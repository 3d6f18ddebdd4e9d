import { type ChildProcess, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { CliError } from './cli-error.ts'

/** How a run of wrangler ended. */
export interface WranglerResult {
  /** Its exit code; null if a signal ended it. */
  readonly code: number | null
  /** What it wrote to standard output. */
  readonly stdout: string
  /** What it wrote to standard error, if requested. */
  readonly stderr: string
}

/** How to run wrangler. */
export interface WranglerRun {
  /** Variables besides those of this process. */
  readonly env?: Readonly<Record<string, string>>
  /** What it reads from standard input; by default nothing. */
  readonly input?: string
  /** Receives the running process, to end it together with this one. */
  readonly onSpawn?: (child: ChildProcess) => void
  /**
   * Receives standard output as it is written; standard error then goes to this process's own, unless `onErrorOutput`
   * receives it.
   */
  readonly onOutput?: (text: string) => void
  readonly onErrorOutput?: (text: string) => void
}

/** Quiet, and without unnecessary network calls. */
const ENV = {
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  WRANGLER_SEND_METRICS: 'false',
}

// The level at the start of this process; the library is made quieter later, but the command is not.
const inherited = { ...process.env }

// The package exports only its library, so its command is found beside its package.json.
function wranglerCommand(): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('wrangler/package.json')), 'bin/wrangler.js')
  } catch {
    throw new CliError('wrangler is not installed here: npm install --save-dev wrangler')
  }
}

/** Runs wrangler's command, with this Node.js, and waits for its end. */
export async function runWrangler(args: readonly string[], run: WranglerRun = {}): Promise<WranglerResult> {
  const child = spawn(process.execPath, [wranglerCommand(), ...args], {
    env: { ...inherited, ...ENV, ...run.env },
    stdio: [
      run.input === undefined ? 'ignore' : 'pipe',
      'pipe',
      run.onOutput && !run.onErrorOutput ? 'inherit' : 'pipe',
    ],
  })
  child.stdin?.end(run.input)
  run.onSpawn?.(child)
  let [stdout, stderr] = ['', '']
  const onOutput = run.onOutput ?? ((text: string) => (stdout += text))
  child.stdout?.setEncoding('utf8').on('data', onOutput)
  child.stderr?.setEncoding('utf8').on('data', run.onErrorOutput ?? ((text: string) => (stderr += text)))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('close', resolve)
    child.on('error', reject)
  })
  return { code, stdout, stderr }
}
