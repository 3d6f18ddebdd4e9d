#!/usr/bin/env node
import module from 'node:module'

// Node keeps what it compiles here, so that the next command starts in a third of the time. Before 22.1 it could not.
// This must come before everything else is loaded.
module.enableCompileCache?.()
await import('./main.ts')
