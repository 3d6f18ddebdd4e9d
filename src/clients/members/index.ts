import * as v from 'valibot'
import type { ClientMetadataMember } from '../member.ts'
import { columnMembers } from './columns.ts'
import { keyMembers } from './keys.ts'
import { flag } from './kinds.ts'
import { openidMembers } from './openid.ts'
import { requestMembers } from './requests.ts'
import { shownMembers } from './shown.ts'

/** Whether a client may have redirect URIs with schemes such as `myapp`, which any other app can claim, too. */
export const allowShortSchemes: ClientMetadataMember<boolean> = {
  name: 'allow_short_schemes',
  schema: flag('allow_short_schemes'),
  fallback: false,
  control: {
    label: 'Allow schemes without a period',
    kind: 'flag',
    hint: 'Any app can claim a scheme such as myapp, and with it the codes (RFC 8252 8.4).',
  },
  setBy: ['staff', 'import'],
}

/** The format of a client's access tokens; a resource may require its own format. */
const accessTokenFormat: ClientMetadataMember<'jwt' | 'opaque'> = {
  name: 'access_token_format',
  schema: v.picklist(['opaque', 'jwt'], 'The access token format must be opaque or jwt.'),
  fallback: 'opaque',
  control: {
    label: 'Access token format',
    kind: 'choice',
    choices: [
      ['opaque', 'Opaque: APIs ask the provider about each token, and learn at once when it is revoked'],
      ['jwt', 'JWT: APIs verify each token themselves (RFC 9068), until it expires'],
    ],
    hint: 'For new grants. A resource that requires JWTs always gets them.',
  },
  setBy: ['staff', 'import'],
}

/** Every member of a client's metadata that this package knows, in the order of the form. */
export const clientMetadata: readonly ClientMetadataMember[] = [
  ...Object.values(columnMembers),
  allowShortSchemes,
  ...Object.values(shownMembers),
  ...Object.values(keyMembers),
  ...Object.values(openidMembers),
  ...Object.values(requestMembers),
  accessTokenFormat,
]
