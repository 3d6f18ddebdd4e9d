#!/usr/bin/env node
import process from 'node:process'
import { text } from 'node:stream/consumers'
import { clientMetadata } from '../clients/members/index.ts'
import { openStore } from './open-store.ts'
import { runCommand } from './program.ts'
import { openTerminal } from './terminal.ts'

const code = await runCommand(process.argv.slice(2), {
  provider: { clientMetadata },
  open: openStore,
  ask: openTerminal(),
  readStdin: () => text(process.stdin),
  write: (output) => process.stdout.write(output),
  warn: (output) => process.stderr.write(output),
})
// A local database that could not be opened leaves a server behind, which would keep the process alive.
process.stdout.write('', () => process.exit(code))
