import process from 'node:process'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { CliError } from './cli-error.ts'

/** Asks the person at the terminal; a hidden answer is not shown while it is typed. */
export type Ask = (question: string, hidden?: boolean) => Promise<string>

/** Where questions are written, and answers are read. */
export interface Line {
  readonly input: NodeJS.ReadableStream
  readonly output: NodeJS.WritableStream
}

/**
 * Opens the terminal of this process, for questions on standard error.
 * @returns null if there is nobody to answer, as in a script, a pipe or a job
 */
export function openTerminal(): Ask | null {
  const { stderr, stdin } = process
  return stdin.isTTY && stderr.isTTY ? askOver({ input: stdin, output: stderr }) : null
}

/** Asks a person over a line: each question is answered by a line, and the end of input is a refusal. */
export function askOver({ input, output }: Line): Ask {
  return (question, hidden = false) =>
    new Promise((resolve, reject) => {
      output.write(question)
      const silence = new Writable({ write: (_chunk, _encoding, done) => done() })
      const lines = createInterface({ input, output: hidden ? silence : output, terminal: true })
      lines.on('line', (line) => {
        resolve(line)
        lines.close()
      })
      lines.on('close', () => {
        if (hidden) output.write('\n')
        // Ctrl-C and Ctrl-D close without a line; after a line this does nothing.
        reject(new CliError('Nothing was changed.'))
      })
    })
}
