import type { Action, Resource } from '../resource.ts'
import { factColumns } from '../resource.ts'
import { auditEvents } from './records.ts'
import { users } from './users.ts'

/** Texts that differ if there are no passwords, and actions that do not exist. */
const OTHERWISE: Readonly<Record<string, Partial<Action> | null>> = {
  'reset-password': null,
  'start-recovery': { asks: (what) => `Restore access for ${what}?` },
  'remove-second-factor': {
    question: 'Verify who is asking. The user loses all sessions, grants and tokens; passkeys stay.',
  },
}

/** People who sign in by passkey, mail, or a link from staff. */
const usersWithoutPasswords: Resource = {
  ...users,
  facts: (known) => factColumns(users, known).filter(({ name }) => name !== 'password_changed_at'),
  fields: (...asked) => (users.fields?.(...asked) ?? []).filter(({ name }) => name !== 'password'),
  actions: users.actions.flatMap((action) => {
    const otherwise = OTHERWISE[action.name]
    return otherwise === null ? [] : [{ ...action, ...otherwise }]
  }),
}

/** Returns the lists for operators if there are no passwords. */
export const withoutPasswords: Readonly<Record<'audit-events' | 'users', Resource>> = {
  users: usersWithoutPasswords,
  'audit-events': {
    ...auditEvents,
    filters: auditEvents.filters.map((filter) =>
      filter.choices
        ? { ...filter, choices: filter.choices.filter(([value]) => !value.startsWith('password_')) }
        : filter,
    ),
  },
}
