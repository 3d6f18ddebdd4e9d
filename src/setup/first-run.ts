import { generateClientId, generateClientSecret } from '../clients/credentials.ts'
import { CLIENT_KINDS, isClientKind } from '../clients/kinds.ts'
import { parseClientMetadata } from '../clients/metadata.ts'
import type { Params, Provider } from '../concepts.ts'
import { randomId, sha256Base64url } from '../crypto/bytes.ts'
import { InvalidInputError } from '../errors.ts'
import { hashPassword, NO_PASSWORD } from '../identity/passwords.ts'
import { usernameSkeleton } from '../identity/skeleton.ts'
import { checkEmail, checkUsername, emailKey, usernameKey } from '../identity/usernames.ts'
import type { Settings } from '../settings/settings.ts'
import type { NewClient } from '../store/admin-store.ts'
import type { UserCommit } from '../store/records.ts'

/** A client that is not created yet, with its plain secret; a public one has none. */
export interface PlannedClient extends NewClient {
  readonly secret: string | null
}

/**
 * Plans the first user.
 * @throws {InvalidInputError} the name or the address is invalid; the form has checked both
 */
export async function planUser(
  form: Params,
  { passwords }: Pick<Settings, 'passwords'>,
): Promise<UserCommit> {
  const username = checkUsername(form.get('username') ?? '')
  const text = form.get('email')?.trim() ?? ''
  const email = text === '' ? null : checkEmail(text)
  return {
    id: randomId(),
    username,
    usernameKey: usernameKey(username),
    usernameSkeleton: usernameSkeleton(username),
    email,
    emailKey: email === null ? null : emailKey(email),
    passwordHash: passwords ? await hashPassword(form.get('password') ?? '') : NO_PASSWORD,
  }
}

/**
 * Plans the first client.
 * @param usualName its default name
 * @returns null if the form asks for none
 * @throws {InvalidInputError} the metadata
 * is invalid
 */
export async function planClient(
  form: Params,
  usualName: string,
  { clientMetadata, settings }: Pick<Provider, 'clientMetadata' | 'settings'>,
): Promise<PlannedClient | null> {
  const chosen = form.get('kind') ?? 'none'
  if (chosen === 'none') return null
  if (!isClientKind(chosen)) throw new InvalidInputError('kind', 'There is no such kind.')
  const kind = CLIENT_KINDS[chosen]
  const redirectUri = form.get('redirect_uri')?.trim() ?? ''
  const metadata = parseClientMetadata(
    {
      name: form.get('name')?.trim() || usualName,
      type: kind.type,
      grant_types: kind.grantTypes,
      redirect_uris: kind.signsIn && redirectUri !== '' ? [redirectUri] : [],
    },
    { httpHosts: settings.allowHttpRedirects, members: clientMetadata },
  )
  const secret = kind.type === 'public' ? null : generateClientSecret()
  return {
    clientId: generateClientId(),
    metadata,
    secret,
    secretHash: secret === null ? null : await sha256Base64url(secret),
  }
}
