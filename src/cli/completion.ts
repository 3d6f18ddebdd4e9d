import { Argument, type Command } from 'commander'
import type { Io } from './io.ts'

/** What can follow each beginning of a command, longest beginning first. */
interface Step {
  /** Words so far, such as `client create`; empty at the start. */
  readonly line: string
  readonly words: readonly (readonly [word: string, description: string])[]
}

const SHELLS = ['bash', 'zsh', 'fish'] as const
type Shell = (typeof SHELLS)[number]

const HOW = `
Put it where your shell finds it:

  bash  edge-oauth2 completion bash > ~/.local/share/bash-completion/completions/edge-oauth2
  zsh   edge-oauth2 completion zsh >> ~/.zshrc
  fish  edge-oauth2 completion fish > ~/.config/fish/completions/edge-oauth2.fish
`

/** Adds the command `completion`, which knows every noun, verb and option that has been added before. */
export function addCompletion(program: Command, io: Io): void {
  program
    .command('completion')
    .description('print a script that completes commands in your shell')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .addHelpText('after', HOW)
    .action((shell: Shell) => io.write(script(shell, program.name(), stepsOf(program))))
}

function stepsOf(command: Command, line = ''): readonly Step[] {
  const commands = command.commands.map((sub) => [sub.name(), sub.description()] as const)
  const options = command.options
    .filter(({ hidden }) => !hidden)
    .map(({ description, long }) => [long ?? '', description] as const)
  const below = command.commands.flatMap((sub) => stepsOf(sub, `${line} ${sub.name()}`.trim()))
  return [...below, { line, words: commands.length > 0 ? commands : options }]
}

function script(shell: Shell, name: string, steps: readonly Step[]): string {
  return shell === 'fish' ? fish(name, steps) : `${shell === 'zsh' ? ZSH : ''}${bash(name, steps)}`
}

/** zsh runs the script for bash. */
const ZSH = 'autoload -U +X bashcompinit && bashcompinit\n'

function bash(name: string, steps: readonly Step[]): string {
  const cases = steps.map(({ line, words }) => {
    const pattern = line === '' ? `''` : `'${line}'|'${line} '*`
    return `    ${pattern}) words='${words.map(([word]) => word).join(' ')}' ;;`
  })
  const f = `_${name.replaceAll('-', '_')}`
  return `${f}() {
  local line="\${COMP_WORDS[*]:1:COMP_CWORD-1}" words=''
  case "$line" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F ${f} ${name}
`
}

function fish(name: string, steps: readonly Step[]): string {
  const lines = steps.flatMap(({ line, words }) => {
    const before = line.split(' ').filter(Boolean)
    const seen = before.map((word) => `__fish_seen_subcommand_from ${word}`)
    const next = words.map(([word]) => word).filter((word) => !word.startsWith('-'))
    const condition = [
      ...seen,
      ...(next.length > 0 ? [`not __fish_seen_subcommand_from ${next.join(' ')}`] : []),
    ]
    return words.map(([word, description]) => {
      const what = word.startsWith('--') ? `-l ${word.slice(2)}` : `-f -a ${word}`
      return `complete -c ${name} -n '${condition.join('; and ')}' ${what} -d '${description.replaceAll(/['\\]/g, '\\$&')}'`
    })
  })
  return `${lines.join('\n')}\n`
}
