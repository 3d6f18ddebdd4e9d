import { randomId } from '../../crypto/bytes.ts'
import { InvalidInputError } from '../../errors.ts'
import { checkNewPassword, MIN_PASSWORD_LENGTH } from '../../identity/password-policy.ts'
import { hashPassword } from '../../identity/passwords.ts'
import { PROFILE_FIELDS, type ProfileField, type ProfileName, readProfile } from '../../identity/profile.ts'
import { usernameSkeleton } from '../../identity/skeleton.ts'
import { checkEmail, checkUsername, usernameKey } from '../../identity/usernames.ts'
import type { AdminRecord } from '../../store/browse.ts'
import type { JsonObject } from '../../store/records.ts'
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

const PASSWORD: FieldSpec = {
  name: 'password',
  label: 'New password',
  kind: 'password',
  hint: `At least ${MIN_PASSWORD_LENGTH} characters, without the username; nothing that everybody guesses first.`,
  required: true,
}

/** What is told of a person, as staff read it. */
const LABELS: Readonly<Record<ProfileName, string>> = {
  name: 'Name',
  given_name: 'Given name',
  family_name: 'Family name',
  nickname: 'Nickname',
  birthdate: 'Date of birth',
  zoneinfo: 'Time zone',
  locale: 'Language',
  website: 'Website',
  picture: 'Address of a picture',
  phone_number: 'Phone number',
  street_address: 'Street and number',
  postal_code: 'Postal code',
  locality: 'City',
  region: 'Region',
  country: 'Country',
}

const PROBLEMS: Readonly<Record<ProfileField['kind'], string>> = {
  text: 'This must be one line of at most 200 characters.',
  birthdate: 'The date must be as 1990-12-31, or a year alone.',
  zone: 'The time zone must be one such as Europe/Berlin.',
  locale: 'The language must be a tag such as en or de-AT.',
  url: 'This must be a web address.',
  phone: 'The phone number must be one such as +49 30 123456.',
}

const PROFILE: readonly FieldSpec[] = PROFILE_FIELDS.map(({ name }) => ({
  name,
  label: LABELS[name],
  kind: 'text',
  advanced: true,
}))

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
  return { email, emailKey: email === null ? null : usernameKey(email) }
}

/** @throws {InvalidInputError} everything of the profile that cannot be used */
function readPatch(input: Input): JsonObject {
  const { patch, problems } = readProfile((name) => {
    const value = input[name] ?? (input[name] === null ? '' : undefined)
    // Nothing that is not a text passes a check.
    return value === undefined || typeof value === 'string' ? value : '\0'
  })
  if (problems.length === 0) return patch
  throw new InvalidInputError(problems.map(({ kind, name }) => ({ field: name, message: PROBLEMS[kind] })))
}

async function create(input: Input, operator: Operator): Promise<Done> {
  const password = textOf(input, 'password')
  const { address, username } = gather({
    username: () => checkUsername(textOf(input, 'username')),
    address: () => readEmail(input),
    password: () => checkNewPassword(password, textOf(input, 'username')),
  })
  const user = {
    id: randomId(),
    username,
    usernameKey: usernameKey(username),
    usernameSkeleton: usernameSkeleton(username),
    ...address,
    passwordHash: await hashPassword(password),
    isStaff: input['is_staff'] === true,
  }
  const made = await operator.store.createUser(user, operator.mark())
  if (made === 'username taken')
    throw new InvalidInputError('username', 'There is a user of this name already.')
  if (made === 'email taken') throw emailTaken()
  return { id: user.id, text: `The user ${username} is created.` }
}

function emailTaken(): InvalidInputError {
  return new InvalidInputError('email', 'Another user has this address already.')
}

async function update(record: AdminRecord, input: Input, operator: Operator): Promise<Done | null> {
  const isStaff = input['is_staff'] === undefined ? record['is_staff'] === true : input['is_staff'] === true
  const id = valueOf(record, 'id')
  if (isOneself(record, operator.userId) && !isStaff) {
    throw new InvalidInputError(
      'is_staff',
      'You cannot take this from yourself: ask another member of staff.',
    )
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

/** Operators who lock themselves out need another one, who may not exist. */
const notOneself =
  (
    run: Action['run'],
    instead = 'You cannot do this to yourself: ask another member of staff.',
  ): Action['run'] =>
  async (record, input, operator) => {
    if (!isOneself(record, operator.userId)) return run(record, input, operator)
    throw new InvalidInputError('id', instead)
  }

const done = (record: AdminRecord, what: string): Done => ({
  id: valueOf(record, 'id'),
  text: `${valueOf(record, 'username')} ${what}`,
})

const setActive = (active: boolean): Action['run'] =>
  notOneself(async (record, _input, { mark, store }) => {
    const user = await store.setUserActive(valueOf(record, 'username_key'), active, mark())
    return user && done(record, active ? 'may sign in again.' : 'is disabled and signed out.')
  })

/** A session that somebody else took over must not be enough for a new password: the account page asks for the present one. */
const resetPassword = notOneself(async (record, input, { mark, store, throttleKey }) => {
  const key = valueOf(record, 'username_key')
  const password = textOf(input, 'password')
  checkNewPassword(password, valueOf(record, 'username'))
  const hash = await hashPassword(password)
  const user = await store.setPassword(key, hash, await throttleKey(key), mark())
  return user && done(record, 'has a new password, and is signed out everywhere.')
}, 'Change your own password on your account page, with the one that you have.')

const signOut: Action['run'] = async (record, _input, { mark, store }) => {
  const ended = await store.endUserSessions(valueOf(record, 'id'), mark())
  return done(record, `is signed out: ${ended} ${ended === 1 ? 'session' : 'sessions'} ended.`)
}

const revoke: Action['run'] = async (record, _input, { mark, store }) => {
  const filter = { usernameKey: valueOf(record, 'username_key'), clientId: null }
  const revoked = await store.revokeTokens(filter, mark())
  return done(record, `has lost ${revoked} ${revoked === 1 ? 'token' : 'tokens'}.`)
}

const remove = notOneself(async (record, _input, { mark, store }) => {
  const deleted = await store.deleteUser(valueOf(record, 'username_key'), mark())
  return deleted ? done(record, 'is deleted, with all consents and tokens.') : null
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
    { name: 'is_staff', label: 'Staff', kind: 'flag' },
    { name: 'is_active', label: 'Active', kind: 'flag' },
    { name: 'last_sign_in_at', label: 'Last sign-in', kind: 'time' },
  ],
  facts: [
    { name: 'id', label: 'Id', kind: 'code' },
    { name: 'username', label: 'Username' },
    { name: 'email', label: 'Email' },
    { name: 'email_verified', label: 'Email verified', kind: 'flag' },
    { name: 'is_staff', label: 'Staff', kind: 'flag' },
    { name: 'is_active', label: 'Active', kind: 'flag' },
    ...PROFILE_FIELDS.map(({ name }) => ({ name, label: LABELS[name] })),
    { name: 'created_at', label: 'Created', kind: 'time' },
    { name: 'password_changed_at', label: 'Password changed', kind: 'time' },
    { name: 'last_sign_in_at', label: 'Last sign-in', kind: 'time' },
  ],
  filters: [
    { name: 'username', label: 'Username begins with', normalise: usernameKey },
    { name: 'email', label: 'Email begins with', normalise: usernameKey },
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
      question: 'The user gets this password, and loses all sessions, grants and tokens.',
      danger: true,
      notOneself: true,
      fields: [PASSWORD],
      run: resetPassword,
    },
    {
      name: 'sign-out',
      label: 'Sign out everywhere',
      asks: (what) => `Sign out ${what} everywhere?`,
      question: 'Every browser of the user is signed out. Applications keep their access.',
      danger: true,
      bulk: true,
      run: signOut,
    },
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
      question: 'The user can sign in no longer, and loses all sessions, grants and tokens.',
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
      question: 'The user goes for ever, with all sessions, consents, grants and tokens.',
      danger: true,
      bulk: true,
      notOneself: true,
      removes: true,
      run: remove,
    },
  ],
}
