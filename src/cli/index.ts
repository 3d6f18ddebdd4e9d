#!/usr/bin/env node
import module from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'

// Node keeps what it compiles in a folder of this user, where nobody else can put code, so that the next command starts in a
// third of the time. Before 22.1 it could not. This must come before everything else is loaded.
module.enableCompileCache?.(join(homedir(), '.cache/edge-oauth2-provider'))
await import('./main.ts')
