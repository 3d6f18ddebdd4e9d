import { InvalidInputError } from '../../errors.ts'
import { type Action, isOneself, listOf, valueOf } from '../resource.ts'

/** Disconnects a user's accounts elsewhere, as an intruder may have connected their own. */
export const unlinkAccounts: Action = {
  name: 'unlink-accounts',
  label: 'Disconnect accounts',
  asks: (what) => `Disconnect all accounts of ${what} elsewhere?`,
  question:
    'The user can no longer sign in with any of them, and loses all sessions, grants and tokens. Restore access for users who have no other way to sign in.',
  danger: true,
  notOneself: true,
  appliesTo: (record) => listOf(record, 'linked_accounts').length > 0,
  async run(record, _input, { mark, store, userId }) {
    if (isOneself(record, userId)) throw new InvalidInputError('id', 'Disconnect them on your account page.')
    const unlinked = await store.unlinkAccounts(valueOf(record, 'username_key'), mark())
    const text = `${valueOf(record, 'username')} no longer has connected accounts, and is signed out everywhere.`
    return unlinked ? { id: valueOf(record, 'id'), text } : null
  },
}
