import { groundsFrom } from '../client-doctor/grounds.ts'
import { diagnose } from '../operations/client-doctor/diagnose.ts'
import type { Diagnosis } from '../operations/client-doctor/grounds.ts'
import { CliError } from './cli-error.ts'
import type { Session } from './open-store.ts'
import type { Output } from './output.ts'
import { broken, type Screen, styled } from './screen.ts'

/**
 * Reports what is right and wrong with a target, and what each known client would do with a running provider.
 * @param
 * issuer the provider; defaults to that of the configuration
 * @throws {CliError} the provider does not answer
 */
export async function examine(target: string, issuer: string | undefined, session: Session): Promise<Output> {
  const at = issuer ?? session.issuer
  if (at === null)
    throw new CliError('Which provider is it for? Set OAUTH_ISSUER, or use --issuer https://id.example.')
  const grounds = await groundsFrom(at, session).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error)
    throw new CliError(`The provider at ${at} ${why}. Start it, or name another one with --issuer.`)
  })
  const found = await diagnose(target, grounds)
  return { json: found, text: (screen) => textOf(found, screen) }
}

/** Characters before each kind of text. */
const INDENT = { finding: 7, step: 12, refusal: 2 } as const

const MARKS = { right: ['green', 'ok'], odd: ['yellow', 'odd'], wrong: ['red', 'wrong'] } as const

function textOf({ clients, findings, kind, refusals, target }: Diagnosis, screen: Screen): string {
  const marked = (state: keyof typeof MARKS, text: string): string => {
    const [style, mark] = MARKS[state]
    return `${styled(style, mark.padEnd(6), screen)} ${broken(text, INDENT.finding, screen)}`
  }
  return [
    `${target}: ${kind}`,
    ...findings.map(({ state, text }) => marked(state, text)),
    '',
    'Known clients',
    ...clients.flatMap(({ client, steps, works }) => [
      marked(works ? 'right' : 'wrong', client),
      ...steps.map((step, index) => `         ${index + 1}. ${broken(step, INDENT.step, screen)}`),
    ]),
    ...(refusals.length > 0
      ? ['', 'Last refusals', ...refusals.map((line) => `  ${broken(line, INDENT.refusal, screen)}`)]
      : []),
  ].join('\n')
}
