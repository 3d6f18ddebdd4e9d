import type { TokenReference } from '../../store/records.ts'
import { equal } from './expect.ts'
import {
  type Cases,
  issue,
  issuePair,
  lives,
  mark,
  newGrantId,
  NOW,
  passwordCommit,
  refreshCommit,
  refusalOf,
  secretOf,
  serviceCommit,
  type World,
} from './world.ts'

/** The refusal of a refresh; null if it succeeds. */
async function refusalOfRefresh(
  { store }: World,
  refresh: { readonly grantId: string; readonly sequence: number },
): Promise<string | null> {
  return refusalOf(await store.issueTokens(await refreshCommit(refresh)))
}

/** Clients revoke their tokens (RFC 7009), and introspection describes them (RFC 7662). */
export const revocationCases: Cases = {
  'an access token ends alone': async (world) => {
    for (const deleteExpired of [false, true]) {
      const { access, refresh } = await issuePair(world, await passwordCommit(world.alice))
      const [token, request] = [{ kind: 'access', ...access } as const, mark()]
      const revoke = async (): Promise<boolean> =>
        world.store.revokeToken(secretOf('web'), token, deleteExpired, request)
      equal(await revoke(), true, 'revokeToken')
      equal(await revoke(), true, 'revokeToken, sent again')
      equal(await lives(world, access), false, 'the access token')
      equal(await refusalOfRefresh(world, refresh), null, 'the refusal of the refresh token')
    }
  },

  'a refresh token of any number ends the grant and all that hangs from it': async (world) => {
    for (const deleteExpired of [false, true]) {
      const { refresh } = await issuePair(world, await passwordCommit(world.alice))
      const next = await issuePair(world, await refreshCommit(refresh))
      const [token, request] = [{ kind: 'refresh', ...refresh } as const, mark()]
      const revoke = async (): Promise<boolean> =>
        world.store.revokeToken(secretOf('web'), token, deleteExpired, request)
      equal(await revoke(), true, 'revokeToken')
      equal(await revoke(), true, 'revokeToken, sent again')
      equal(await lives(world, next.access), false, 'the access token')
      equal(await refusalOfRefresh(world, next.refresh), 'invalid_grant', 'the refresh token')
    }
  },

  'a client’s own token ends': async (world) => {
    const { token: own } = await issue(world, await serviceCommit())
    const token = { kind: 'access', ...own } as const
    equal(await world.store.revokeToken(secretOf('service'), token, false, mark()), true, 'revokeToken')
    equal(await lives(world, own), false, 'the access token')
  },

  'another client’s token stays, and so does a stranger’s; unknown ones are no fault': async (world) => {
    const { access, refresh } = await issuePair(world, await passwordCommit(world.alice))
    const wrong = { method: 'secret', clientId: 'web', secretHash: 'wrong' } as const
    const tokens: readonly TokenReference[] = [
      { kind: 'access', ...access },
      { kind: 'refresh', ...refresh },
    ]
    for (const token of tokens) {
      for (const deleteExpired of [false, true]) {
        const { store } = world
        equal(
          await store.revokeToken(secretOf('other'), token, deleteExpired, mark()),
          true,
          'another client',
        )
        equal(await store.revokeToken(wrong, token, deleteExpired, mark()), false, 'a wrong secret')
      }
    }
    const unknown = { kind: 'access', grantId: newGrantId(), sequence: 0 } as const
    equal(await world.store.revokeToken(secretOf('web'), unknown, false, mark()), true, 'an unknown token')
    equal(await lives(world, access), true, 'the access token')
    equal(await refusalOfRefresh(world, refresh), null, 'the refusal of the refresh token')
  },

  'a refresh token is known to its own client, while it is the current one': async (world) => {
    const first = await issuePair(world, await passwordCommit(world.alice))
    const read = async (client: string, sequence: number, later = 0): Promise<string | null> => {
      const token = { kind: 'refresh', grantId: first.refresh.grantId, sequence } as const
      const { token: found } = await world.store.readTokenAs(secretOf(client), token, NOW + later)
      return found && `${found.clientId} ${found.user?.username} ${found.scope} ${found.expiresAt - NOW}`
    }
    equal(await read('web', 0), 'web alice read 86400', 'the refresh token')
    equal(await read('other', 0), null, 'asked for by another client')
    equal(await read('web', 1), null, 'a number to come')
    equal(await read('web', 0, 86_400), null, 'at its end')
    await issue(world, await refreshCommit(first.refresh, { request: mark(5) }))
    equal(await read('web', 0), null, 'a number of the past')
    equal(await read('web', 1), 'web alice read 86405', 'the next one')
    await world.seed.disableUser(world.alice.id)
    equal(await read('web', 1), null, 'of a user who was disabled')
  },
}
