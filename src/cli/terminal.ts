import process from 'node:process'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { CliError } from './cli-error.ts'

/** Asks the person at the terminal; what is hidden is not shown while it is typed. */
export type Ask = (question: string, hidden?: boolean) => Promise<string>

/**
 * Opens the terminal of this process, for questions on standard error.
 * @returns null if nobody is there to answer: a script, a pipe, a job
 */
export function openTerminal(): Ask | null {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return null
  return (question, hidden = false) =>
    new Promise((resolve, reject) => {
      process.stderr.write(question)
      const silence = new Writable({ write: (_chunk, _encoding, done) => done() })
      const lines = createInterface({
        input: process.stdin,
        output: hidden ? silence : process.stderr,
        terminal: true,
      })
      lines.on('line', (line) => {
        resolve(line)
        lines.close()
      })
      lines.on('close', () => {
        if (hidden) process.stderr.write('\n')
        // Ctrl-C and Ctrl-D close without a line; after one, this does nothing.
        reject(new CliError('Nothing was changed.'))
      })
    })
}
