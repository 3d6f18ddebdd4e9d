import type { ClientAuthMethod } from '../../concepts.ts'
import { clientSecretBasic } from './client-secret-basic.ts'
import { clientSecretPost } from './client-secret-post.ts'
import { none } from './none.ts'

/** The methods of RFC 6749 2.3 under the names of RFC 7591 2. */
export const clientAuthMethods: Readonly<Record<string, ClientAuthMethod>> = {
  client_secret_basic: clientSecretBasic,
  client_secret_post: clientSecretPost,
  none,
}
