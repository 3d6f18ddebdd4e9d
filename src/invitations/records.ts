import { randomId } from '../crypto/bytes.ts'
import { InvalidInputError } from '../errors.ts'
import { checkEmail } from '../identity/usernames.ts'
import { isMailbox } from '../mail/mailbox.ts'
import { shortList } from '../operations/records.ts'
import {
  type Action,
  type Column,
  type Done,
  type Operator,
  type Resource,
  textOf,
  valueOf,
} from '../operations/resource.ts'
import type { Invitation, InvitationStore } from '../store/invitations.ts'

/** Seconds for which an invitation from staff is valid. */
const LIFETIME = 7 * 86_400
/** The most invitations that are listed. */
const LISTED = 500

const COLUMNS: readonly Column[] = [
  { name: 'id', label: 'Id', kind: 'code' },
  { name: 'email', label: 'Email' },
  { name: 'state', label: 'State', kind: 'state' },
  { name: 'created_at', label: 'Created', kind: 'time' },
  { name: 'expires_at', label: 'Expires', kind: 'time' },
]

/**
 * Invitations as staff see and create them.
 * @param storeOf returns their storage
 */
export function invitationRecords(storeOf: (operator: Operator) => InvitationStore): Resource {
  const create = async (input: Readonly<Record<string, unknown>>, operator: Operator): Promise<Done> => {
    const text = textOf(input, 'email').trim()
    const email = text === '' ? null : checkEmail(text)
    const invitation = operator.links?.['invitation']
    if (!invitation)
      throw new InvalidInputError('id', 'Invitations are created in the panel or through its API.')
    const { send, urlOf } = invitation
    if (email !== null && !(send && isMailbox(email))) {
      throw new InvalidInputError(
        'email',
        'No mail can be sent there. Leave it empty to get a link to hand over.',
      )
    }
    const id = randomId()
    await storeOf(operator).invite({ id, email, expiresAt: operator.now + LIFETIME }, operator.mark())
    const url = await urlOf(id)
    if (email !== null && send) {
      send(email, url, null)
      return { id, text: `The invitation is on its way to ${email}.` }
    }
    return {
      id,
      text: 'Hand this link over: one person can sign up with it within a week.',
      secret: url,
      secretName: 'invitation_link',
    }
  }
  const withdraw: Action['run'] = async (record, _input, operator) => {
    const id = valueOf(record, 'id')
    const withdrawn = await storeOf(operator).withdrawInvitation(id, operator.mark())
    return withdrawn ? { id, text: 'The invitation is withdrawn.' } : null
  }
  return {
    kind: 'invitations',
    title: 'Invitations',
    singular: 'invitation',
    intro:
      'Links with which people sign up, one for each person. One that is mailed to an address also verifies the address.',
    id: 'id',
    name: 'id',
    about: ['email'],
    columns: COLUMNS,
    facts: COLUMNS,
    filters: [{ name: 'id', label: 'Id begins with' }],
    ...shortList('id', async (operator) =>
      (await storeOf(operator).listInvitations(LISTED)).map((each) => toRecord(each, operator.now)),
    ),
    fields: () => [
      {
        name: 'email',
        label: 'Email',
        kind: 'text',
        hint: 'The invitation is sent there. If empty, you get a link to hand over.',
      },
    ],
    create,
    actions: [
      {
        name: 'withdraw',
        label: 'Withdraw',
        question: 'Nobody can sign up with it anymore.',
        danger: true,
        bulk: true,
        removes: true,
        appliesTo: (record) => record['state'] === 'pending',
        run: withdraw,
      },
    ],
  }
}

function toRecord({ createdAt, email, expiresAt, id, usedAt }: Invitation, now: number) {
  const state = usedAt !== null ? 'used' : expiresAt > now ? 'pending' : 'expired'
  return { id, email, state, created_at: createdAt, expires_at: expiresAt }
}
