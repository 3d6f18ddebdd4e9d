import { randomId } from '../../crypto/bytes.ts'
import { InvalidInputError } from '../../errors.ts'
import type { AdminRecord } from '../../store/browse.ts'
import { type Action, type Done, isOneself, type Operator, valueOf } from '../resource.ts'

/** Seconds for which a link from staff is valid. */
const LIFETIME = 86_400

/** Restores the access of a user who forgot the password: instead of setting one, staff let its owner choose it. */
export const startRecovery: Action = {
  name: 'start-recovery',
  label: 'Restore access',
  asks: (what) => `Let ${what} choose a new password?`,
  question:
    'The user gets a link by mail, or you get it to hand over. It works once, within a day; nothing changes until it is used. Then the user chooses which passkeys and connected accounts stay, if the address is verified; otherwise they end.',
  notOneself: true,
  appliesTo: (record) => record['is_active'] === true,
  async run(record, _input, operator) {
    if (isOneself(record, operator.userId)) {
      const instead = operator.provider.settings.passwords
        ? 'Change your own password on your account page, with your current one.'
        : 'You cannot do this to yourself: ask another member of staff.'
      throw new InvalidInputError('id', instead)
    }
    return start(record, operator)
  },
}

async function start(
  record: AdminRecord,
  { links, mark, now, provider, store }: Operator,
): Promise<Done | null> {
  const { passwords } = provider.settings
  const recovery = links?.['recovery']
  if (!recovery)
    throw new InvalidInputError('id', 'There is no page here on which people could regain access.')
  const id = randomId()
  const url = await recovery.urlOf(id)
  const link = { id, expiresAt: now + LIFETIME }
  if (!(await store.startRecovery(valueOf(record, 'username_key'), link, mark()))) return null
  const [email, username] = [valueOf(record, 'email'), valueOf(record, 'username')]
  const done = (text: string): Done => ({ id: valueOf(record, 'id'), text })
  if (recovery.send && email !== '') {
    recovery.send(email, url, valueOf(record, 'locale') || null)
    return done(
      passwords
        ? `${username} gets a mail with a link for a new password at ${email}.`
        : `${username} gets a mail with a link to sign in at ${email}.`,
    )
  }
  const text = passwords
    ? `${username} can choose a new password with this link. It works once, within a day. Do not give it to anybody else.`
    : `${username} can sign in with this link. It works once, within a day. Do not give it to anybody else.`
  return { ...done(text), secret: url, secretName: 'recovery_link' }
}
