import { describe, expect, it } from 'vitest'
import { runOn } from './run-cli.ts'

const open = (): never => {
  throw new Error('A wrong command opened the store.')
}
const cli = (line: string) => runOn(open, line.split(' ').filter(Boolean))

describe('wrong usage', () => {
  it.each([
    ['', 'Usage: edge-oauth2'],
    ['client', 'Usage: edge-oauth2 client'],
    ['nonsense', "unknown command 'nonsense'"],
    ['client nonsense', "unknown command 'nonsense'"],
    ['client create', "required option '--name <name>' not specified"],
    ['client create --name', 'argument missing'],
    ['client create --name A --nonsense', "unknown option '--nonsense'"],
    ['client create --name A --type secret', 'Allowed choices are confidential, public'],
    ['client show', "missing required argument 'client-id'"],
    ['client show a b', 'too many arguments'],
    ['client update a', 'Nothing to change'],
    ['client update a --enable --disable', 'cannot be used with'],
    ['client rotate-secret a --keep-old soon', '30m, 24h or 7d'],
    ['client rotate-secret a --keep-old 0h', '30m, 24h or 7d'],
    ['client list --local --remote', 'cannot be used with'],
    ['user create --username a', '--password-stdin or --password'],
    ['user create --username a --password x --password-stdin', 'cannot be used with'],
    ['token revoke', '--user <username>'],
    ['token list --limit none', 'a whole number from 1'],
    ['user update a', 'Nothing to change'],
    ['completion powershell', 'Allowed choices are bash, zsh, fish'],
    ['clinet list', 'Did you mean client?'],
    ['client lst', 'Did you mean list?'],
    ['token revoke --id a --user b', 'cannot be used with'],
  ])('%j exits with 2 and says why', async (line, why) => {
    const { code, stderr, stdout } = await cli(line)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(why)
  })
})

describe('--help', () => {
  it.each([
    'client create',
    'client list',
    'client show',
    'client update',
    'client rotate-secret',
    'client delete',
    'user create',
    'user list',
    'user show',
    'user update',
    'user set-password',
    'user disable',
    'user enable',
    'user delete',
    'scope list',
    'scope create',
    'scope delete',
    'token list',
    'token show',
    'doctor',
    'token revoke',
    'key list',
    'key rotate',
    'purge',
  ])('names for %s the options that every verb has', async (verb) => {
    const { code, stderr, stdout } = await cli(`${verb} --help`)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    for (const option of ['--json', '--local', '--remote']) expect(stdout).toContain(option)
  })
})
