import * as v from 'valibot'
import { httpsUrl } from '../clients/members/kinds.ts'
import { InvalidInputError } from '../errors.ts'
import { checkField, gather } from '../operations/input.ts'
import { shortList } from '../operations/records.ts'
import { type FieldSpec, type Input, type Operator, type Resource, valueOf } from '../operations/resource.ts'
import type { IssuerStore, SubjectMapping, TrustedIssuer } from '../store/issuer-store.ts'

const ISSUER: FieldSpec = {
  name: 'issuer',
  label: 'Issuer',
  kind: 'text',
  hint: 'Its issuer identifier, byte for byte, such as https://login.company.example.',
  required: true,
}
const FIELDS: readonly FieldSpec[] = [
  { name: 'name', label: 'Name', kind: 'text', required: true },
  { name: 'jwks_uri', label: 'Keys', kind: 'text', hint: 'The https URL of its key set.', required: true },
  {
    name: 'audience',
    label: 'Audience',
    kind: 'text',
    hint: 'The audience of its assertions. If empty, the issuer identifier of this provider.',
  },
  {
    name: 'subject',
    label: 'Its subject is',
    kind: 'choice',
    choices: [
      ['email', 'The email address in the assertion, which a user here has verified'],
      ['username', 'The name of a user here'],
      ['id', 'The id of a user here'],
    ],
  },
]

const URL_RULE = 'The address must be an absolute https URL without a fragment.'
const NAME = 'The name must have 1 to 200 characters, and no control characters.'

/** The operators' list of issuers whose assertions are trusted. */
export function issuerRecords(storeOf: (provider: Operator['provider']) => IssuerStore): Resource {
  return {
    kind: 'trusted-issuers',
    title: 'Trusted issuers',
    singular: 'trusted issuer',
    intro:
      'Companies’ identity providers whose assertions about users are exchanged for access tokens (ID-JAG, RFC 7523). Anybody who has the keys of one can act as every user whom its subjects identify.',
    ...shortList('issuer', async ({ provider }) =>
      (await storeOf(provider).listIssuers()).map((row) => ({
        issuer: row.issuer,
        name: row.name,
        jwks_uri: row.jwksUri,
        audience: row.audience,
        subject: row.subject,
        created_at: row.createdAt,
      })),
    ),
    id: 'issuer',
    name: 'name',
    columns: [
      { name: 'name', label: 'Name', link: { kind: 'trusted-issuers', id: 'issuer' } },
      { name: 'issuer', label: 'Issuer', kind: 'code' },
      { name: 'subject', label: 'Subject' },
      { name: 'created_at', label: 'Created', kind: 'time' },
    ],
    facts: [
      { name: 'issuer', label: 'Issuer', kind: 'code' },
      { name: 'name', label: 'Name' },
      { name: 'jwks_uri', label: 'Keys', kind: 'code' },
      { name: 'audience', label: 'Audience', kind: 'code' },
      { name: 'subject', label: 'Subject' },
      { name: 'created_at', label: 'Created', kind: 'time' },
    ],
    filters: [{ name: 'issuer', label: 'Issuer begins with' }],
    fields: (record) => (record ? FIELDS : [ISSUER, ...FIELDS]),
    blank: () => ({ subject: 'email' }),
    async create(input, operator) {
      const issuer = gather({
        issuer: () => checkField('issuer', httpsUrl(URL_RULE), input['issuer'] ?? ''),
        rest: () => membersOf(input),
      })
      const made = { issuer: issuer.issuer, ...issuer.rest }
      if (!(await storeOf(operator.provider).createIssuer(made, operator.mark()))) {
        throw new InvalidInputError('issuer', 'There is a trusted issuer with this identifier already.')
      }
      return { id: made.issuer, text: `The issuer ${made.name} is trusted.` }
    },
    async update(record, input, operator) {
      const issuer = { issuer: valueOf(record, 'issuer'), ...membersOf({ ...record, ...input }) }
      const updated = await storeOf(operator.provider).updateIssuer(issuer, operator.mark())
      return updated ? { id: issuer.issuer, text: `The issuer ${issuer.name} is changed.` } : null
    },
    actions: [
      {
        name: 'delete',
        label: 'Delete',
        question:
          'Its assertions are no longer accepted. Tokens from earlier ones are valid until they expire.',
        danger: true,
        bulk: true,
        removes: true,
        async run(record, _input, { mark, provider }) {
          const issuer = valueOf(record, 'issuer')
          return (await storeOf(provider).deleteIssuer(issuer, mark()))
            ? { id: issuer, text: `The issuer ${valueOf(record, 'name')} is no longer trusted.` }
            : null
        },
      },
    ],
  }
}

/** @throws {InvalidInputError} names each invalid field */
function membersOf(input: Input): Omit<TrustedIssuer, 'issuer'> {
  return gather({
    name: () =>
      checkField(
        'name',
        v.pipe(v.string(NAME), v.trim(), v.regex(/^\P{Cc}{1,200}$/u, NAME)),
        input['name'] ?? '',
      ),
    jwksUri: () => checkField('jwks_uri', httpsUrl(URL_RULE), input['jwks_uri'] ?? ''),
    audience: () =>
      checkField(
        'audience',
        v.nullable(v.pipe(v.string(), v.maxLength(500, 'The audience is too long.'))),
        input['audience'] || null,
      ),
    subject: () =>
      checkField(
        'subject',
        v.picklist(
          ['email', 'username', 'id'] satisfies SubjectMapping[],
          'The subject must be email, username or id.',
        ),
        input['subject'] || 'email',
      ),
  })
}
