import { randomId } from '../../crypto/bytes.ts'
import { InvalidInputError } from '../../errors.ts'
import { checkNewPassword, MIN_PASSWORD_LENGTH } from '../../identity/password-policy.ts'
import { hashPassword, NO_PASSWORD } from '../../identity/passwords.ts'
import { PROFILE_LABELS } from '../../identity/profile-labels.ts'
import { PROFILE_FIELDS } from '../../identity/profile.ts'
import { usernameSkeleton } from '../../identity/skeleton.ts'
import { checkEmail, checkUsername, emailKey, usernameKey } from '../../identity/usernames.ts'
import type { AdminRecord } from '../../store/browse.ts'
import { gather } from '../input.ts'
import {
  type Action,
  isOneself,
  type Done,
  type FieldSpec,
  type Input,
  type Operator,
  type Resource,
  textOf,
  valueOf,
} from '../resource.ts'
import { unlinkAccounts } from './linked-accounts.ts'
import { startRecovery } from './recovery.ts'
import { PROFILE, readPatch } from './user-profile.ts'

const PASSWORD: FieldSpec = {
  name: 'password',
  label: 'New password',
  kind: 'password',
  hint: `At least ${MIN_PASSWORD_LENGTH} characters, without the username; nothing that is easy to guess.`,
  required: true,
}

const STAFF: FieldSpec = { name: 'is_staff', label: 'Staff: may use these pages', kind: 'flag' }

function fields(record: AdminRecord | null, _known: unknown, userId: string | null): readonly FieldSpec[] {
  return [
    ...(record ? [] : [{ name: 'username', label: 'Username', kind: 'text', required: true } as const]),
    { name: 'email', label: 'Email', kind: 'text' },
    ...(record ? [] : [PASSWORD]),
    ...(record && isOneself(record, userId) ? [] : [STAFF]),
    ...(record ? PROFILE : []),
  ]
}

function readEmail(input: Input): { readonly email: string | null; readonly emailKey: string | null } {
  const text = textOf(input, 'email').trim()
  const email = text === '' ? null : checkEmail(text)
  return { email, emailKey: email === null ? null : emailKey(email) }
}

async function create(input: Input, operator: Operator): Promise<Done> {
  const { passwords } = operator.provider.settings
  const password = textOf(input, 'password')
  const { address, username } = gather({
    username: () => checkUsername(textOf(input, 'username')),
    address: () => readEmail(input),
    password: () => (passwords ? checkNewPassword(password, textOf(input, 'username')) : refuse(password)),
  })
  const user = {
    id: randomId(),
    username,
    usernameKey: usernameKey(username),
    usernameSkeleton: usernameSkeleton(username),
    ...address,
    passwordHash: passwords ? await hashPassword(password) : NO_PASSWORD,
    isStaff: input['is_staff'] === true,
  }
  const made = await operator.store.createUser(user, operator.mark())
  if (made === 'username taken')
    throw new InvalidInputError('username', 'There is a user with this name already.')
  if (made === 'email taken') throw emailTaken()
  return { id: user.id, text: `The user ${username} is created.` }
}

function refuse(password: string): void {
  if (password !== '') throw new InvalidInputError('password', 'Passwords are turned off here: omit it.')
}

function emailTaken(): InvalidInputError {
  return new InvalidInputError('email', 'Another user already has this address.')
}

async function update(record: AdminRecord, input: Input, operator: Operator): Promise<Done | null> {
  const isStaff = input['is_staff'] === undefined ? record['is_staff'] === true : input['is_staff'] === true
  const id = valueOf(record, 'id')
  if (isOneself(record, operator.userId) && !isStaff) {
    throw new InvalidInputError('is_staff', 'You cannot remove your own rights: ask another member of staff.')
  }
  const { address, profile } = gather({
    address: () => readEmail({ ...record, ...input }),
    profile: () => readPatch(input),
  })
  const change = { ...address, isStaff, profile }
  const updated = await operator.store.updateUser(valueOf(record, 'username_key'), change, operator.mark())
  if (updated === 'email taken') throw emailTaken()
  return updated && { id, text: `The user ${updated.username} is changed.` }
}

/** Operators who lock themselves out would need another one, who may not exist. */
const notOneself =
  (
    run: Action['run'],
    instead = 'You cannot do this to yourself: ask another member of staff.',
  ): Action['run'] =>
  async (record, input, operator) => {
    if (!isOneself(record, operator.userId)) return run(record, input, operator)
    throw new InvalidInputError('id', instead)
  }

const done = (record: AdminRecord, text: (username: string) => string): Done => ({
  id: valueOf(record, 'id'),
  text: text(valueOf(record, 'username')),
})

const setActive = (active: boolean): Action['run'] =>
  notOneself(async (record, _input, { mark, store }) => {
    const user = await store.setUserActive(valueOf(record, 'username_key'), active, mark())
    return (
      user &&
      done(record, (name) => (active ? `${name} may sign in again.` : `${name} is disabled and signed out.`))
    )
  })

/** A hijacked session must not be enough for a new password; the account page asks for the current one. */
const resetPassword = notOneself(async (record, input, { mark, store, throttleKey }) => {
  const key = valueOf(record, 'username_key')
  const password = textOf(input, 'password')
  checkNewPassword(password, valueOf(record, 'username'))
  const hash = await hashPassword(password)
  const user = await store.setPassword(key, hash, await throttleKey(key), mark())
  return user && done(record, (name) => `${name} has a new password, and is signed out everywhere.`)
}, 'Change your own password on your account page, with your current one.')

const signOut: Action['run'] = async (record, _input, { mark, store }) => {
  const ended = await store.endUserSessions(valueOf(record, 'id'), mark())
  return done(record, (name) =>
    ended === 1
      ? `${name} is signed out: 1 session ended.`
      : `${name} is signed out: ${ended} sessions ended.`,
  )
}

/** For a user who has lost both the device and the recovery codes. */
const removeSecondFactor = notOneself(async (record, _input, { mark, store }) => {
  const removed = await store.removeSecondFactor(valueOf(record, 'username_key'), mark())
  return removed
    ? done(record, (name) => `${name} no longer has a second factor, and is signed out everywhere.`)
    : null
}, 'Turn it off on your account page.')

const revoke: Action['run'] = async (record, _input, { mark, store }) => {
  const filter = { usernameKey: valueOf(record, 'username_key'), clientId: null }
  const revoked = await store.revokeTokens(filter, mark())
  return done(record, (name) =>
    revoked === 1 ? `${name} has lost 1 token.` : `${name} has lost ${revoked} tokens.`,
  )
}

const remove = notOneself(async (record, _input, { mark, store }) => {
  const deleted = await store.deleteUser(valueOf(record, 'username_key'), mark())
  return deleted ? done(record, (name) => `${name} is deleted, with all consents and tokens.`) : null
})

/** People who sign in. */
export const users: Resource = {
  kind: 'users',
  title: 'Users',
  singular: 'user',
  intro: 'People who sign in.',
  id: 'id',
  name: 'username',
  columns: [
    { name: 'username', label: 'Username', link: { kind: 'users', id: 'id' } },
    { name: 'email', label: 'Email' },
    { name: 'is_staff', label: 'Role', kind: 'state', words: ['staff', ''] },
    { name: 'is_active', label: 'State', kind: 'state', words: ['active', 'disabled'] },
    { name: 'created_at', label: 'Created', kind: 'ago' },
    { name: 'last_sign_in_at', label: 'Last sign-in', kind: 'ago' },
  ],
  facts: [
    { name: 'id', label: 'Id', kind: 'code' },
    { name: 'username', label: 'Username' },
    { name: 'email', label: 'Email' },
    { name: 'email_verified', label: 'Email verified', kind: 'flag' },
    { name: 'is_staff', label: 'Staff', kind: 'flag' },
    { name: 'is_active', label: 'Active', kind: 'flag' },
    ...PROFILE_FIELDS.map(({ name }) => ({ name, label: PROFILE_LABELS[name] })),
    { name: 'created_at', label: 'Created', kind: 'time' },
    { name: 'password_changed_at', label: 'Password changed', kind: 'time' },
    { name: 'second_factor_at', label: 'Second factor since', kind: 'time' },
    { name: 'passkeys', label: 'Passkeys', kind: 'number', fallback: 0 },
    { name: 'linked_accounts', label: 'Connected accounts', kind: 'list', fallback: [] },
    { name: 'last_sign_in_at', label: 'Last sign-in', kind: 'time' },
  ],
  filters: [
    { name: 'username', label: 'Username begins with', normalise: usernameKey },
    { name: 'email', label: 'Email begins with', normalise: emailKey },
    {
      name: 'role',
      label: 'Role',
      choices: [
        ['staff', 'Staff'],
        ['user', 'Not staff'],
      ],
    },
    {
      name: 'state',
      label: 'State',
      choices: [
        ['active', 'Active'],
        ['disabled', 'Disabled'],
      ],
    },
  ],
  fields,
  create,
  update,
  actions: [
    {
      name: 'reset-password',
      label: 'Reset password',
      asks: (what) => `Reset the password of ${what}?`,
      question: 'The user gets this password, and loses all connected accounts, sessions, grants and tokens.',
      danger: true,
      notOneself: true,
      fields: [PASSWORD],
      run: resetPassword,
    },
    startRecovery,
    {
      name: 'sign-out',
      label: 'Sign out everywhere',
      asks: (what) => `Sign out ${what} everywhere?`,
      question:
        'Every browser of the user is signed out. Applications keep their access, and passkeys and connected accounts sign in as before.',
      danger: true,
      bulk: true,
      run: signOut,
    },
    {
      name: 'remove-second-factor',
      label: 'Remove second factor',
      asks: (what) => `Remove the second factor of ${what}?`,
      question:
        'Verify who is asking: afterwards the password alone is enough, until a second factor is set up again. The user loses all sessions, grants and tokens; passkeys stay.',
      danger: true,
      notOneself: true,
      appliesTo: (record) => record['second_factor_at'] !== null,
      run: removeSecondFactor,
    },
    unlinkAccounts,
    {
      name: 'revoke-tokens',
      label: 'Revoke all tokens',
      asks: (what) => `Revoke all tokens of ${what}?`,
      question: 'Every grant and token of the user ends at once.',
      danger: true,
      bulk: true,
      run: revoke,
    },
    {
      name: 'disable',
      label: 'Disable',
      question: 'The user can no longer sign in, and loses all sessions, grants and tokens.',
      danger: true,
      bulk: true,
      notOneself: true,
      appliesTo: (record) => record['is_active'] === true,
      run: setActive(false),
    },
    {
      name: 'enable',
      label: 'Enable',
      question: 'The user may sign in again.',
      bulk: true,
      appliesTo: (record) => record['is_active'] === false,
      run: setActive(true),
    },
    {
      name: 'delete',
      label: 'Delete',
      question: 'The user is permanently deleted, with all sessions, consents, grants and tokens.',
      danger: true,
      bulk: true,
      notOneself: true,
      removes: true,
      run: remove,
    },
  ],
}
