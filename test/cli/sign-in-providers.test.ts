import { expect, it } from 'vitest'
import { jsonOf, openCli, runOn } from './run-cli.ts'

const { cli, db, json, session } = await openCli('sign-in-provider')

it('sign-in-provider create, list, show, update and delete change the storage, and show what they did', async () => {
  const github = {
    id: 'github',
    kind: 'github',
    name: 'GitHub',
    issuer: 'https://github.com',
    client_id: 'Iv1.0123',
    has_secret: false,
    scope: 'read:user user:email',
    trusts_addresses: false,
    creates_accounts: true,
    counts_as_fresh: true,
    enabled: true,
    linked: 0,
  }
  const own = [
    '--name',
    'GitHub',
    '--client-id',
    'Iv1.0123',
    '--creates-accounts',
    'true',
    '--counts-as-fresh',
    'true',
  ]
  expect(await json('create', '--id', 'github', '--kind', 'github', ...own)).toMatchObject(github)
  expect(jsonOf(await cli('list', '--json'))).toMatchObject([github])
  expect(await json('show', 'github')).toMatchObject(github)
  expect(await json('update', 'github', '--enabled', 'false')).toMatchObject({ ...github, enabled: false })
  expect(await json('delete', 'github', '--yes')).toMatchObject({ id: 'github' })
  expect(await cli('show', 'github')).toMatchObject({ code: 1 })
})

it('sign-in-provider reads a secret from standard input, and shows it nowhere', async () => {
  const stdin = 'hush-hush\n'
  const args = ['--issuer', 'https://issuer.example.org', '--name', 'Acme', '--client-id', 'ours']
  const made = await runOn(
    async () => session,
    ['sign-in-provider', 'create', '--id', 'acme', ...args, '--client-secret-stdin', '--json'],
    stdin,
  )
  expect(jsonOf(made)).toMatchObject({ id: 'acme', has_secret: true })
  const { results } = await db.prepare('SELECT sealed_secret FROM sign_in_providers').all()
  expect(results).toHaveLength(1)
  expect(`${JSON.stringify(results)}${made.stdout}${made.stderr}`).not.toContain('hush')
})

it('sign-in-provider create and update say what is wrong, and change nothing', async () => {
  const args = ['--id', 'evil', '--name', 'A', '--client-id', 'x']
  const wrong = await cli('create', ...args, '--issuer', 'https://10.0.0.1')
  expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('public host') as string })
  expect(await cli('create', ...args)).toMatchObject({ code: 1 })
  expect(await cli('update', 'acme')).toMatchObject({ code: 2 })
  expect(await cli('update', 'acme', '--enabled', 'perhaps')).toMatchObject({ code: 1 })
  expect(jsonOf(await cli('list', '--json'))).toMatchObject([{ id: 'acme', enabled: true }])
})
