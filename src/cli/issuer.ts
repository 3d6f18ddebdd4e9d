import type { Command } from 'commander'
import type { Io } from './io.ts'
import { addTableNoun } from './table-noun.ts'

/** Adds the noun `issuer` with its verbs. */
export function addIssuerNoun(program: Command, io: Io): void {
  addTableNoun(program, io, {
    name: 'issuer',
    description: 'identity providers whose assertions about users are trusted (ID-JAG)',
    resource: ({ issuers }) => issuers,
    id: 'issuer',
    columns: ['issuer', 'name', 'subject', 'jwks_uri'],
    verbs: {
      list: 'list the trusted issuers',
      create: 'trust an issuer',
      show: 'show a trusted issuer',
      update: 'change a trusted issuer; what you do not name stays as it is',
      delete: 'no longer trust an issuer',
    },
    none: 'There are no trusted issuers.',
    missing: (issuer) => `There is no trusted issuer ${issuer}.`,
    fixed: [['--issuer <url>', 'its issuer identifier']],
    members: [
      ['--name <name>', 'the name that staff see'],
      ['--jwks-uri <url>', 'the URL of its keys'],
      ['--audience <text>', 'the audience of its assertions; defaults to this provider'],
      ['--subject <kind>', 'what its subject is: email, username or id'],
    ],
  })
}
