import type { Command } from 'commander'
import type { Io } from './io.ts'
import { addTableNoun } from './table-noun.ts'

/** Adds the noun `sign-in-provider` with its verbs. */
export function addSignInProviderNoun(program: Command, io: Io): void {
  addTableNoun(program, io, {
    name: 'sign-in-provider',
    description: 'providers with whose accounts people sign in: OpenID Connect issuers, and GitHub',
    resource: ({ signInProviders }) => signInProviders,
    id: 'id',
    columns: ['id', 'name', 'issuer', 'linked', 'enabled'],
    verbs: {
      list: 'list the sign-in providers',
      create: 'add a sign-in provider',
      show: 'show a sign-in provider',
      update: 'change a sign-in provider; what you do not name stays as it is',
      delete: 'delete a sign-in provider, and every link to it',
    },
    none: 'There are no sign-in providers.',
    missing: (id) => `There is no sign-in provider ${id}.`,
    fixed: [
      ['--id <id>', 'part of the redirect URI: /login/with/ID/callback'],
      ['--kind <kind>', 'openid or github; defaults to openid'],
      ['--issuer <url>', 'its issuer identifier; for GitHub it defaults to github.com'],
    ],
    members: [
      ['--name <name>', 'the name on its button'],
      ['--icon <url>', 'a data: URL of a PNG, WebP or SVG image in base64'],
      ['--client-id <id>', 'our client id there'],
      ['--client-secret-stdin', 'read our client secret there from standard input'],
      ['--scope <names>', 'scopes to request, separated by spaces'],
      ['--trusts-addresses <flag>', 'true: addresses that it has verified lead to accounts here'],
      ['--domains <names>', 'domains in which people must have a verified address'],
      ['--creates-accounts <flag>', 'true: people without an account here get one'],
      [
        '--counts-as-fresh <flag>',
        'true: whoever comes from there has just signed in, where it does not say when',
      ],
      ['--enabled <flag>', 'false: nobody can sign in with it'],
    ],
    // Everybody on the machine can see a command line.
    async read({ client_secret_stdin: asked, ...input }, { readStdin }) {
      return asked === undefined ? input : { ...input, client_secret: (await readStdin()).trim() }
    },
  })
}
