import type { ClientProof } from '../../store/records.ts'
import { equal, present } from './expect.ts'
import {
  type Cases,
  commitOf,
  issuePair,
  mark,
  NOW,
  passwordCommit,
  REDIRECT_URI,
  refusalOf,
  secretOf,
  seedClient,
  tokenOf,
  type World,
} from './world.ts'

/** The client that a proof authenticates. */
async function shown({ store }: World, proof: ClientProof, later = 0): Promise<string | null> {
  return (await store.readClient(proof, NOW + later))?.clientId ?? null
}

function redirect(clientId: string, redirectUri: string): ClientProof {
  return { method: 'redirect', clientId, redirectUri }
}

function rotating(secretHash: string): ClientProof {
  return { method: 'secret', clientId: 'rotating', secretHash }
}

/** Authentication of clients (RFC 6749 2.3). */
export const clientCases: Cases = {
  'a client is read as it was written': async ({ seed, store }) => {
    const seeded = seedClient('full')
    const { accessTokenLifetime: _a, refreshReuseInterval: _i, refreshTokenLifetime: _r, ...rest } = seeded
    const { secrets: _s, ...expected } = rest
    const written = {
      ...expected,
      url: null,
      scope: 'read write',
      redirectUris: ['https://b.example/', 'https://a.example/'],
      autoAuthorize: true,
      authorizeEveryTime: true,
      requirePkce: false,
    }
    await seed.addClient(seedClient('full', written))
    equal(await store.readClient(secretOf('full'), NOW), written, 'the client')
  },

  'a secret shows a confidential client, and no other': async (world) => {
    equal(await shown(world, secretOf('web')), 'web', 'its own secret')
    const wrong = { method: 'secret', clientId: 'web', secretHash: 'hash-of-other' } as const
    equal(await shown(world, wrong), null, 'the secret of another client')
    equal(await shown(world, { ...wrong, clientId: 'nobody' }), null, 'an unknown client')
    equal(await shown(world, { ...wrong, clientId: 'native' }), null, 'a secret of a public client')
    equal(await shown(world, { ...wrong, secretHash: '' }), null, 'an empty secret')
  },

  'an identifier alone shows a public client only': async (world) => {
    equal(await shown(world, { method: 'none', clientId: 'native' }), 'native', 'a public client')
    equal(await shown(world, { method: 'none', clientId: 'web' }), null, 'a confidential client')
    equal(await shown(world, { method: 'none', clientId: 'NATIVE' }), null, 'another case of letters')
  },

  'a redirect URI shows the client that registered exactly it': async (world) => {
    equal(await shown(world, redirect('web', REDIRECT_URI)), 'web', 'the registered one')
    equal(await shown(world, redirect('web', `${REDIRECT_URI}/`)), null, 'a longer one')
    equal(await shown(world, redirect('web', REDIRECT_URI.toUpperCase())), null, 'another case of letters')
    equal(await shown(world, redirect('service', REDIRECT_URI)), null, 'the one of another client')
  },

  'two secrets live side by side, and one that has ended is none': async (world) => {
    const secrets = [
      { hash: 'old', expiresAt: NOW + 60 },
      { hash: 'new', expiresAt: null },
    ]
    await world.seed.addClient(seedClient('rotating', { secrets }))
    equal(await shown(world, rotating('old'), 59), 'rotating', 'the old secret before its end')
    equal(await shown(world, rotating('old'), 60), null, 'the old secret at its end')
    equal(await shown(world, rotating('new'), 60), 'rotating', 'the new secret')
  },

  'a client that was disabled is refused everywhere, and its tokens with it': async (world) => {
    const { alice, seed, store } = world
    const pair = await issuePair(world, await passwordCommit(alice))
    await seed.disableClient('web')
    const proof = secretOf('web')
    equal(await shown(world, proof), null, 'readClient')
    equal(await shown(world, redirect('web', REDIRECT_URI)), null, 'readClient by redirect URI')
    equal(refusalOf(await store.issueTokens(await passwordCommit(alice))), 'invalid_client', 'issueTokens')
    equal(await store.refuseCode(proof, 'code', false, mark()), false, 'refuseCode')
    const access = { kind: 'access', ...pair.access } as const
    equal(await store.revokeToken(proof, access, false, mark()), false, 'revokeToken')
    equal(await store.readTokenAs(proof, access, NOW), { client: null, token: null }, 'readTokenAs')
    const seen = await store.readTokenAs(secretOf('other'), access, NOW)
    equal([seen.client?.clientId, seen.token], ['other', null], 'readTokenAs by another client')
    equal(await store.readAccessToken(pair.access, NOW), null, 'readAccessToken')
    const wanted = { clientId: 'web', sessionId: null, scopes: [] }
    const records = await store.readAuthorization(wanted, { now: NOW, idleDelta: 60 })
    equal(records.client, null, 'readAuthorization')
  },

  'a token is read for whoever proves to be a client': async (world) => {
    const { access } = await issuePair(world, await passwordCommit(world.alice))
    const token = { kind: 'access', ...access } as const
    const { client, token: read } = await world.store.readTokenAs(secretOf('other'), token, NOW)
    equal(present(client, 'the client that asks').clientId, 'other', 'the client that asks')
    equal(present(read, 'the token').clientId, 'web', 'the client of the token')
    const wrong = { method: 'secret', clientId: 'other', secretHash: 'wrong' } as const
    equal(await world.store.readTokenAs(wrong, token, NOW), { client: null, token: null }, 'a wrong secret')
    const unknown = { kind: 'access', ...tokenOf(await commitOf()) } as const
    equal((await world.store.readTokenAs(secretOf('other'), unknown, NOW)).token, null, 'an unknown token')
  },
}
