import { spawn } from 'node:child_process'
import process from 'node:process'
import type { Person } from '../test/end-to-end/person.ts'

/** How a program ran. */
export interface Ran {
  readonly code: number | null
  readonly output: string
  /** Where it sent its user, in order. */
  readonly asked: readonly URL[]
}

/** What a program runs with. */
export interface Surroundings {
  /** Who sits at its browser. */
  readonly person: Person
  readonly cwd: string
  /** Variables besides those of this process. */
  readonly env?: Readonly<Record<string, string>>
  /** What its user types at once. */
  readonly input?: string
  /** Refuses to sign anybody in: the program is ended where it sends its user to the browser. */
  readonly isAlone?: boolean
}

/** Runs a program to its end. Its user opens each address that it wants to be opened, and comes back to it. */
export async function runProgram(
  command: string,
  args: readonly string[],
  { cwd, env = {}, input = '', isAlone = false, person }: Surroundings,
): Promise<Ran> {
  // A terminal without a browser: programs say where they would have sent it.
  const variables = { ...process.env, BROWSER: 'true', DISPLAY: '', NO_COLOR: '1', ...env }
  const child = spawn(command, args, { cwd, env: variables, stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin.write(input)
  const asked: URL[] = []
  let output = ''
  const read = (text: string): void => {
    output += text
    const found = [...output.matchAll(/http\S+\/oauth2\/authorize\?\S+(?=\s)/g)].map(([address]) => address)
    for (const address of new Set(found)) {
      if (asked.some(({ href }) => href === address)) continue
      asked.push(new URL(address))
      if (isAlone) child.kill()
      else void person.authorize(new URL(address)).then(arrive)
    }
  }
  child.stdout.setEncoding('utf8').on('data', read)
  child.stderr.setEncoding('utf8').on('data', read)
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { asked, code, output }
}

/** The browser at the address that the program listens on, once it does. */
export async function arrive(callback: URL): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (await fetch(callback).catch(() => null)) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
