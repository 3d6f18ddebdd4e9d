import { type Command, Option } from 'commander'
import { type ClientMetadataMember, memberKey } from '../clients/member.ts'
import type { Input } from '../operations/resource.ts'
import { collect } from './verb.ts'

/** Values of options by the names that commander makes of them. */
export type OptionValues = Readonly<Record<string, unknown>>

/** Members whose option is given again for each entry. */
const LISTS = ['choices', 'lines']

/** Adds an option for each member of a client's metadata that staff may set. */
export function addMemberOptions(
  verb: Command,
  members: readonly ClientMetadataMember[],
  action: 'create' | 'update',
): Command {
  for (const member of settable(members)) {
    const option = new Option(member.option, describe(member, action))
    const { choices, kind } = member.control
    if (kind === 'choice' && typeof choices === 'object') option.choices(choices.map(([value]) => value))
    if (LISTS.includes(kind)) option.argParser(collect)
    verb.addOption(option.makeOptionMandatory(action === 'create' && (member.required ?? false)))
    if (kind === 'flag') verb.option(option.flags.replace('--', '--no-'), `not: ${member.control.label}`)
  }
  return verb
}

/** What options say about the members, by the members' names. */
export function inputOf(options: OptionValues, members: readonly ClientMetadataMember[]): Input {
  const entries = settable(members).map(
    (member) => [memberKey(member), options[new Option(member.option).attributeName()]] as const,
  )
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

function settable(members: readonly ClientMetadataMember[]): readonly ClientMetadataMember[] {
  return members.filter(({ setBy }) => setBy.includes('staff'))
}

function describe({ control, required }: ClientMetadataMember, action: 'create' | 'update'): string {
  const { hint, kind, label } = control
  const text = hint === undefined ? label : `${label}. ${hint}`
  if (LISTS.includes(kind)) {
    return action === 'create'
      ? `${text} Repeat it for more.`
      : `${text} Takes the place of all; repeat it for more.`
  }
  return action === 'update' && !required && (kind === 'text' || kind === 'seconds' || kind === 'json')
    ? `${text} "" for none.`
    : text
}
