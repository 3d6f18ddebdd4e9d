import process from 'node:process'
import { text } from 'node:stream/consumers'
import { clientMetadata } from '../clients/members/index.ts'
import { calledBy } from './help.ts'
import { runCommand } from './program.ts'
import { readScreen } from './screen.ts'
import { openTerminal } from './terminal.ts'

const clock = (): number => Math.floor(Date.now() / 1000)
const code = await runCommand(process.argv.slice(2), {
  called: calledBy(process.env),
  provider: { clientMetadata },
  // Commands load the storage's libraries only when they need them, so that help is fast.
  open: async (remote, creates) => (await import('./open-store.ts')).openStore(remote, creates),
  inspect: async (remote) => (await import('./inspect.ts')).inspect(remote),
  screens: {
    output: readScreen(process.stdout, process.env, clock),
    errors: readScreen(process.stderr, process.env, clock),
  },
  ask: openTerminal(),
  readStdin: () => text(process.stdin),
  write: (output) => process.stdout.write(output),
  warn: (output) => process.stderr.write(output),
})
// A local database that failed to open leaves a server running, which would keep the process alive.
process.stdout.write('', () => process.exit(code))
