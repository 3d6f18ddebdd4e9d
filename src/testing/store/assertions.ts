import { randomId } from '../../crypto/bytes.ts'
import type { ClientProof, IssueCommit, SpentOnce } from '../../store/records.ts'
import { equal } from './expect.ts'
import { givenCode } from './sign-ins.ts'
import {
  atOnce,
  type Cases,
  commitOf,
  issuePair,
  lives,
  mark,
  NOW,
  passwordCommit,
  refreshCommit,
  refusalOf,
  secretOf,
  seedClient,
  serviceCommit,
  signInOf,
  tokenOf,
  type World,
} from './world.ts'

const TIMES = 50

/** A verified signature. */
function signed(clientId: string, spend?: Partial<SpentOnce>): ClientProof {
  const once = { jtiHash: randomId(), expiresAt: NOW + 60, requestId: randomId(), ...spend }
  return { method: 'verified', clientId, authMethod: 'private_key_jwt', ...(spend && { spend: once }) }
}

/** The same commit by a client that signs, in its own request. */
function signing(commit: IssueCommit, clientId: string, jtiHash: string): IssueCommit {
  return { ...commit, proof: signed(clientId, { jtiHash, requestId: commit.request.id }) }
}

async function addSigner({ seed }: World, method: string | null = 'private_key_jwt'): Promise<void> {
  const metadata = method === null ? {} : { token_endpoint_auth_method: method }
  await seed.addClient(
    seedClient('signer', {
      metadata,
      grantTypes: ['authorization_code', 'client_credentials', 'password', 'refresh_token'],
    }),
  )
}

async function shown({ store }: World, proof: ClientProof): Promise<string | null> {
  return (await store.readClient(proof, NOW))?.clientId ?? null
}

/** Proofs that were verified before, and those that may be used once (RFC 7523 3). */
export const assertionCases: Cases = {
  'a client is shown by the method that it is registered for, and by no other': async (world) => {
    await addSigner(world)
    equal(await shown(world, signed('signer')), 'signer', 'its method')
    equal(await shown(world, secretOf('signer')), null, 'a secret that it has')
    equal(await shown(world, { ...signed('signer'), clientId: 'native' }), null, 'a public client')
    equal(await shown(world, signed('nobody')), null, 'an unknown client')
  },

  'a client that is registered for a secret is not shown by a signature': async (world) => {
    await addSigner(world, 'client_secret_basic')
    equal(await shown(world, secretOf('signer')), 'signer', 'its secret')
    equal(await shown(world, signed('signer')), null, 'a signature')
  },

  'a client without a registered method is shown by each of its type': async (world) => {
    await addSigner(world, null)
    equal(await shown(world, secretOf('signer')), 'signer', 'its secret')
    equal(await shown(world, signed('signer')), 'signer', 'a signature')
    equal(await shown(world, { method: 'none', clientId: 'signer' }), null, 'its name alone')
  },

  'what works once works for one of 50 requests that arrive together': async (world) => {
    await addSigner(world)
    const commits = await atOnce(TIMES, async () =>
      signing(await serviceCommit({ request: mark() }), 'signer', 'jti'),
    )
    const refusals = await Promise.all(
      commits.map(async (commit) => refusalOf(await world.store.issueTokens(commit))),
    )
    equal(refusals.filter((refusal) => refusal === null).length, 1, 'requests with tokens')
    equal(refusals.filter((refusal) => refusal === 'invalid_client').length, TIMES - 1, 'refused requests')
    const living = await Promise.all(commits.map(async (commit) => lives(world, tokenOf(commit))))
    equal(living.filter(Boolean).length, 1, 'tokens that live')
  },

  'the request that has spent it is answered again': async (world) => {
    await addSigner(world)
    const commit = signing(await serviceCommit(), 'signer', 'jti')
    equal(await shown(world, commit.proof), 'signer', 'a look at the client before')
    equal(refusalOf(await world.store.issueTokens(commit)), null, 'the commit')
    equal(refusalOf(await world.store.issueTokens(commit)), null, 'the same commit sent again')
    const other = signing(await serviceCommit(), 'signer', 'jti')
    equal(refusalOf(await world.store.issueTokens(other)), 'invalid_client', 'another request')
    equal(await shown(world, other.proof), null, 'a look at the client by another request')
  },

  'it is spent though the rest is refused': async (world) => {
    await addSigner(world)
    const wanted = { requested: 'nothing', fallback: 'read', known: ['read'] }
    const refused = signing(await serviceCommit({ scope: wanted }), 'signer', 'jti')
    equal(refusalOf(await world.store.issueTokens(refused)), 'invalid_scope', 'the first request')
    const again = signing(await serviceCommit(), 'signer', 'jti')
    equal(refusalOf(await world.store.issueTokens(again)), 'invalid_client', 'the second request')
  },

  'a spent one redeems no code, refreshes nothing and ends nothing': async (world) => {
    await addSigner(world)
    const { store } = world
    const first = signing(await passwordCommit(world.alice, { proof: signed('signer') }), 'signer', 'jti')
    const { access, refresh } = await issuePair(world, first)
    const replayed = signed('signer', { jtiHash: 'jti' })
    const { redeem } = await givenCode(world, world.alice)
    const code = { ...(await redeem()), proof: replayed }
    equal(refusalOf(await store.issueTokens(code)), 'invalid_client', 'a code')
    const rotation = { ...(await refreshCommit(refresh)), proof: replayed }
    equal(refusalOf(await store.issueTokens(rotation)), 'invalid_client', 'a refresh')
    const token = { kind: 'refresh', ...refresh } as const
    equal(await store.revokeToken(replayed, token, false, mark()), false, 'a revocation')
    equal(await store.refuseCode(replayed, refresh.grantId, false, mark()), false, 'the replay of a code')
    equal(await store.readTokenAs(replayed, token, NOW), { client: null, token: null }, 'introspection')
    equal(await lives(world, access), true, 'the access token lives')
    const next = signing(await refreshCommit(refresh), 'signer', 'next')
    equal(refusalOf(await store.issueTokens(next)), null, 'a refresh with another one')
  },

  'a password is not counted for a spent one': async (world) => {
    await addSigner(world)
    const attempt = async (requestId: string) =>
      world.store.admitPasswordAttempt({
        client: { proof: signed('signer', { jtiHash: 'jti', requestId }), grantType: 'password' },
        keys: signInOf(world.alice).throttleKeys,
        window: 900,
        usernameKey: 'alice',
        request: { ...mark(), id: requestId },
      })
    equal((await attempt('one')).accountAttempts, 1, 'the first')
    equal((await attempt('two')).authenticated, false, 'the second')
    equal(
      refusalOf(
        await world.store.issueTokens(await commitOf({ proof: signed('signer', { jtiHash: 'jti' }) })),
      ),
      'invalid_client',
      'a commit',
    )
  },
}
