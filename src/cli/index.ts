#!/usr/bin/env node
import process from 'node:process'
import { text } from 'node:stream/consumers'
import { openStore } from './open-store.ts'
import { runCommand } from './program.ts'

process.exitCode = await runCommand(process.argv.slice(2), {
  open: openStore,
  readStdin: () => text(process.stdin),
  write: (output) => process.stdout.write(output),
  warn: (output) => process.stderr.write(output),
})
