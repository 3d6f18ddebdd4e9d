import { type Command, Option } from 'commander'
import { type ClientMetadataMember, memberKey } from '../clients/member.ts'
import type { Input } from '../operations/resource.ts'
import { isBasic } from '../operations/resources/client-fields.ts'
import { collect } from './verb.ts'

/** Values of options, by the names that commander gives them. */
export type OptionValues = Readonly<Record<string, unknown>>

/** The heading of the options that few clients need. */
const FURTHER = 'Further metadata (RFC 7591, OpenID Connect):'

/** Members whose option is repeated for each entry. */
const LISTS = ['choices', 'lines']

/** What the help calls values, by the last word of their member's name; others are called by that word. */
const VALUE_NAMES: Readonly<Record<string, string>> = {
  alg: 'name',
  contact: 'address',
  jwks: 'json',
  scope: 'names',
  uri: 'url',
}

/** Adds an option for each member of a client's metadata that staff may set. */
export function addMemberOptions(
  verb: Command,
  members: readonly ClientMetadataMember[],
  action: 'create' | 'update',
): Command {
  for (const member of settable(members)) {
    const option = new Option(optionOf(member), describe(member, action))
    const { choices, kind } = member.control
    if (kind === 'choice' && typeof choices === 'object') option.choices(choices.map(([value]) => value))
    if (LISTS.includes(kind)) option.argParser(collect)
    if (!isBasic(member)) option.helpGroup(FURTHER)
    verb.addOption(option.makeOptionMandatory(action === 'create' && (member.required ?? false)))
    if (kind === 'flag') verb.addOption(optionOff(option, action === 'create' && member.fallback === false))
  }
  return verb
}

/** Returns a member's option: its own, or its name with what it takes. An option that is repeated is in the singular. */
export function optionOf(member: ClientMetadataMember): string {
  const { kind } = member.control
  if (member.option !== undefined) return member.option
  const key = memberKey(member)
  const words = (LISTS.includes(kind) ? key.replace(/s$/, '') : key).split('_')
  const last = words.at(-1) ?? ''
  const value = kind === 'seconds' ? kind : (VALUE_NAMES[last] ?? last)
  return `--${words.join('-')}${kind === 'flag' ? '' : ` <${value}>`}`
}

/** Returns the option that turns a flag off; it is hidden if the flag is off by default. */
function optionOff({ flags, helpGroupHeading, long }: Option, hidden: boolean): Option {
  const off = new Option(flags.replace('--', '--no-'), `the opposite of ${long ?? flags}`).hideHelp(hidden)
  return helpGroupHeading === undefined ? off : off.helpGroup(helpGroupHeading)
}

/** Reads the members from options, by the members' names. */
export function inputOf(options: OptionValues, members: readonly ClientMetadataMember[]): Input {
  const entries = settable(members).map(
    (member) => [memberKey(member), options[new Option(optionOf(member)).attributeName()]] as const,
  )
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

function settable(members: readonly ClientMetadataMember[]): readonly ClientMetadataMember[] {
  return members.filter(({ setBy }) => setBy.includes('staff'))
}

function describe({ control, required }: ClientMetadataMember, action: 'create' | 'update'): string {
  const { hint, kind, label } = control
  const text = hint === undefined ? label : `${label}. ${hint}`
  // The hint is about lines in a form.
  if (LISTS.includes(kind)) {
    return action === 'create'
      ? `${label}: repeat it for more.`
      : `${label}: replaces all; repeat it for more.`
  }
  return action === 'update' && !required && (kind === 'text' || kind === 'seconds' || kind === 'json')
    ? `${text} "" for none.`
    : text
}
