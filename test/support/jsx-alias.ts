import { resolve } from 'node:path'

const runtime = resolve('src/ui/jsx-runtime.ts')

/** What the compiler imports for our JSX; `package.json` names the built file, which tests and the benchmark have none of. */
export const jsxAlias = { '#jsx/jsx-dev-runtime': runtime, '#jsx/jsx-runtime': runtime }
