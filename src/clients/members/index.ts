import type { ClientMetadataMember } from '../member.ts'
import { columnMembers } from './columns.ts'
import { keyMembers } from './keys.ts'
import { flag } from './kinds.ts'
import { openidMembers } from './openid.ts'
import { shownMembers } from './shown.ts'

/** Whether a client may have redirect URIs of schemes such as `myapp`, which any other app can take, too. */
export const allowShortSchemes: ClientMetadataMember<boolean> = {
  name: 'allow_short_schemes',
  schema: flag('allow_short_schemes'),
  fallback: false,
  control: {
    label: 'Allow schemes without a period',
    kind: 'flag',
    hint: 'Any app can take a scheme such as myapp, and the codes with it (RFC 8252 8.4).',
  },
  option: '--allow-short-schemes',
  setBy: ['staff', 'import'],
}

/** Every member of a client's metadata that this package knows, in the order of the form. */
export const clientMetadata: readonly ClientMetadataMember[] = [
  ...Object.values(columnMembers),
  allowShortSchemes,
  ...shownMembers,
  ...Object.values(keyMembers),
  ...Object.values(openidMembers),
]
