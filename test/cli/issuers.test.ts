import { expect, it } from 'vitest'
import { jsonOf, openCli } from './run-cli.ts'

const ISSUER = 'https://login.company.example'
const { cli, json } = await openCli('issuer')

it('issuer create, list, update and delete change the storage, and show what they did', async () => {
  const keys = ['--jwks-uri', `${ISSUER}/keys`]
  const company = {
    issuer: ISSUER,
    name: 'Company',
    jwks_uri: `${ISSUER}/keys`,
    audience: null,
    subject: 'email',
  }
  expect(await json('create', '--issuer', ISSUER, '--name', 'Company', ...keys)).toMatchObject(company)
  expect(jsonOf(await cli('list', '--json'))).toMatchObject([company])
  expect(await json('update', ISSUER, '--subject', 'username')).toMatchObject({
    ...company,
    subject: 'username',
  })
  expect(await json('delete', ISSUER, '--yes')).toMatchObject({ issuer: ISSUER })
  expect(await cli('delete', ISSUER, '--yes')).toMatchObject({ code: 1 })
})

it('issuer create and update say what is wrong, and change nothing', async () => {
  const wrong = await cli('create', '--issuer', 'http://plain.example', '--name', 'A', '--jwks-uri', 'x')
  expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('https URL') as string })
  expect(await cli('update', ISSUER)).toMatchObject({ code: 2 })
  expect(jsonOf(await cli('list', '--json'))).toEqual([])
})
