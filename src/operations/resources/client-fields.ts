import { type ClientMetadataMember, fallbackOf, memberKey } from '../../clients/member.ts'
import type { AdminRecord } from '../../store/browse.ts'
import { type Column, type FieldSpec, type Input, type Known, listOf, type ValueKind } from '../resource.ts'

const DAY = 86_400

/** How values of each kind of control are shown. */
const SHOWN: Readonly<Record<FieldSpec['kind'], ValueKind>> = {
  choice: 'word',
  choices: 'list',
  flag: 'flag',
  json: 'json',
  lines: 'list',
  password: 'text',
  seconds: 'number',
  text: 'text',
}

/** The members that most clients need. */
const BASIC: ReadonlySet<string> = new Set([
  'name',
  'url',
  'type',
  'redirect_uris',
  'grant_types',
  'scope',
  'auto_authorize',
  'authorize_every_time',
  'require_pkce',
])

/** Returns whether most clients need a member. */
export function isBasic(member: ClientMetadataMember): boolean {
  return BASIC.has(memberKey(member))
}

/** Returns the fields of a client: of a new one (null), or of an existing one. */
export function clientFields(record: AdminRecord | null, known: Known): readonly FieldSpec[] {
  const members = known.clientMetadata
    .filter(({ setBy }) => setBy.includes('staff'))
    .map((member) => fieldOf(member, record, known))
  return record ? members : [...members, CLIENT_ID]
}

function fieldOf(member: ClientMetadataMember, record: AdminRecord | null, known: Known): FieldSpec {
  const { choices: offered, unset, ...control } = member.control
  const name = memberKey(member)
  const choices = typeof offered === 'function' ? offered(known) : offered
  // A value that it already has stays available, even if this provider no longer knows it.
  const own = listOf(record ?? {}, name).filter((value) => !choices?.some(([choice]) => choice === value))
  return {
    name,
    ...control,
    ...(!isBasic(member) && { advanced: true }),
    ...(choices && { choices: [...choices, ...own.map((value) => [value, value] as const)] }),
    ...(member.required && { required: true }),
    ...(record === null && unset !== undefined && { unset }),
  }
}

/** The initial values of the form for a new client. */
export function newClient({ clientMetadata }: Pick<Known, 'clientMetadata'>): Input {
  const entries = clientMetadata
    .filter(({ control }) => control.unset === undefined)
    .map((member) => [memberKey(member), fallbackOf(member, 'confidential')] as const)
  return Object.fromEntries(entries)
}

/** What a client's page and the API show. */
export function clientFacts({ clientMetadata }: Pick<Known, 'clientMetadata'>): readonly Column[] {
  const members = clientMetadata.map((member) => ({
    name: memberKey(member),
    label: member.control.label,
    kind: SHOWN[member.control.kind],
    fallback: fallbackOf(member, 'confidential'),
  }))
  return [
    { name: 'client_id', label: 'Client id', kind: 'code' },
    ...members,
    { name: 'response_types', label: 'Response types', kind: 'list' },
    { name: 'secrets', label: 'Secrets', kind: 'number' },
    { name: 'disabled', label: 'Disabled', kind: 'flag' },
    { name: 'registered_at', label: 'Registered itself', kind: 'time' },
    { name: 'created_at', label: 'Created', kind: 'time' },
    { name: 'updated_at', label: 'Changed', kind: 'time' },
  ]
}

const CLIENT_ID: FieldSpec = {
  name: 'client_id',
  label: 'Client id',
  kind: 'text',
  hint: 'Leave it empty for a random one.',
}

/** What happens to the secret that a new one replaces. */
export const KEEP_OLD: FieldSpec = {
  name: 'keep_old',
  label: 'Current secret',
  kind: 'choice',
  choices: [
    ['86400', 'stays valid for a day'],
    ['3600', 'stays valid for an hour'],
    [String(7 * DAY), 'stays valid for a week'],
    ['0', 'expires at once'],
  ],
}
