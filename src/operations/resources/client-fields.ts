import type { Provider } from '../../concepts.ts'
import type { AdminRecord } from '../../store/browse.ts'
import { type FieldSpec, listOf } from '../resource.ts'

const DAY = 86_400

/** What every client may be given beside extension grants. */
const GRANT_TYPES: readonly (readonly [string, string])[] = [
  ['authorization_code', 'Authorization code'],
  ['refresh_token', 'Refresh token'],
  ['client_credentials', 'Client credentials: the client acts for itself'],
  ['password', 'Password: only for clients of your own'],
  ['implicit', 'Implicit: only for clients that cannot do otherwise'],
]

/** Fields of a client: of a new one (null), or of one that is changed. */
export function clientFields(
  record: AdminRecord | null,
  provider: Pick<Provider, 'grantTypes'>,
): readonly FieldSpec[] {
  const extensions = Object.keys(provider.grantTypes).filter((name) => name.includes(':'))
  const own = listOf(record ?? {}, 'grant_types').filter((name) => name.includes(':'))
  return [
    {
      name: 'name',
      label: 'Name',
      kind: 'text',
      hint: 'What users see on the consent page.',
      required: true,
    },
    ...(record ? [] : [CLIENT_ID]),
    { name: 'url', label: 'Home page', kind: 'text', hint: 'An http or https URL.' },
    {
      name: 'type',
      label: 'Type',
      kind: 'choice',
      choices: [
        ['confidential', 'Confidential: it runs on a server and can keep a secret'],
        ['public', 'Public: it runs in a browser or on a device'],
      ],
      ...(record ? { hint: 'A client that becomes public loses its secrets.' } : {}),
    },
    {
      name: 'redirect_uris',
      label: 'Redirect URIs',
      kind: 'lines',
      hint: 'One in each line, complete and exact, as https://app.example/callback.',
    },
    {
      name: 'grant_types',
      label: 'Grant types',
      kind: 'choices',
      choices: [...GRANT_TYPES, ...new Set([...extensions, ...own])].map((choice) =>
        typeof choice === 'string' ? [choice, choice] : choice,
      ),
    },
    {
      name: 'scope',
      label: 'Scopes',
      kind: 'text',
      hint: 'Names separated by spaces; empty: it may ask for every scope.',
    },
    { name: 'auto_authorize', label: 'Ask no user for consent', kind: 'flag' },
    { name: 'authorize_every_time', label: 'Ask for consent every time', kind: 'flag' },
    { name: 'require_pkce', label: 'Demand PKCE of it, if public', kind: 'flag' },
    {
      name: 'access_token_lifetime',
      label: 'Life of its access tokens',
      kind: 'seconds',
      hint: 'Seconds; empty: as the settings say.',
    },
    {
      name: 'refresh_token_lifetime',
      label: 'Life of its refresh tokens',
      kind: 'seconds',
      hint: 'Seconds since the last refresh; empty: as the settings say.',
    },
  ]
}

const CLIENT_ID: FieldSpec = {
  name: 'client_id',
  label: 'Client id',
  kind: 'text',
  hint: 'Leave it empty for a random one.',
}

/** What becomes of the secret that a new one replaces. */
export const KEEP_OLD: FieldSpec = {
  name: 'keep_old',
  label: 'The secret that it has now',
  kind: 'choice',
  choices: [
    ['86400', 'works for another day'],
    ['3600', 'works for another hour'],
    [String(7 * DAY), 'works for another week'],
    ['0', 'ends at once'],
  ],
}
