import type { GrantType, Provider, TokenRequest } from '../../concepts.ts'
import { fromBase64url, toHex } from '../../crypto/bytes.ts'
import type { OAuthError } from '../../errors.ts'
import { invalidGrant, invalidScope, unprovenClient } from '../../refusals.ts'
import { coversScope, requestedScope } from '../../scope.ts'
import type { AuthorizationCode } from '../../store/records.ts'
import { jktOf } from '../../tokens/binding.ts'
import { openEarlierId } from '../../tokens/earlier-format.ts'
import { issueTokens } from '../../tokens/issue.ts'
import { openCode } from '../../tokens/opaque.ts'
import { verifyCodeVerifier } from '../pkce.ts'

/**
 * An authorization code (RFC 6749 4.1.3), which the commit spends once. A refused attempt leaves an unspent code as it was,
 * and revokes the tokens of a spent one.
 */
export const authorizationCode: GrantType = {
  parameters: ['code'],
  optional: ['redirect_uri', 'code_verifier'],
  async exchange(request, provider) {
    const presented = await readPresentedCode(request.params.get('code') ?? '', provider)
    if (!presented) {
      await request.authenticateClient()
      throw invalidGrant('the code was not minted here')
    }
    const code = await provider.store.readCode(presented.id)
    const refusal = await checkCode(code, request, provider.request.now)
    if (!code || refusal) {
      // What the code reveals is told only to an authenticated client.
      const proven = await provider.store.refuseCode(
        request.proof,
        presented.id,
        provider.settings.deleteExpired,
        provider.request,
      )
      throw proven ? (refusal ?? invalidGrant('there is no such code')) : unprovenClient(request.proof)
    }
    const { authTime, consentId, expiresAt, sessionId, userId } = code
    const { earlierId, grantId } = presented
    const scope = requestedScope(request.params.get('scope')) ?? code.scope
    return issueTokens(
      request,
      {
        userId,
        authTime,
        scope,
        sessionId,
        details: code.details,
        grantId,
        claim: { kind: 'code', consentId, expiresAt, earlierId },
      },
      provider,
    )
  },
}

/**
 * Checks a code against the request that presents it (RFC 6749 4.1.3, RFC 7636 4.6).
 * @returns why it is refused; null if the commit may try
 */
async function checkCode(
  code: AuthorizationCode | null,
  request: TokenRequest,
  now: number,
): Promise<OAuthError | null> {
  const { params, proof } = request
  if (!code) return invalidGrant('the code is no longer stored')
  if (code.clientId !== proof.clientId) return invalidGrant('the code belongs to another client')
  if (code.expiresAt <= now) return invalidGrant('the code has expired')
  // RFC 9449 10: the authorization request named the key.
  const named = code.details && jktOf(code.details)
  if (named !== null && named !== request.jkt) {
    return invalidGrant('the proof uses another key than the authorization request named')
  }
  const redirectUri = params.get('redirect_uri')
  if (redirectUri === undefined ? code.redirectUriGiven : redirectUri !== code.redirectUri) {
    return invalidGrant('the redirect URI differs from that of the authorization request')
  }
  if (!(await verifyCodeVerifier(code.codeChallenge, params.get('code_verifier')))) {
    return invalidGrant('the code verifier does not match')
  }
  const scope = requestedScope(params.get('scope'))
  return scope !== null && !coversScope(code.scope, scope) ? invalidScope() : null
}

/** A presented code: the id under which storage knows it, the grant that it creates, and whether it has the first format. */
interface PresentedCode {
  readonly id: string
  readonly grantId: string
  readonly earlierId: string | null
}

/** Opens a code; null if we did not mint it. */
async function readPresentedCode(
  code: string,
  { keys }: Pick<Provider, 'keys'>,
): Promise<PresentedCode | null> {
  const id = await openCode(code, keys)
  if (id !== null) return { id, grantId: id, earlierId: null }
  const earlierId = await openEarlierId('ac', code, keys)
  const bytes = earlierId === null ? null : fromBase64url(earlierId)
  return bytes && { id: earlierId ?? '', grantId: toHex(bytes), earlierId }
}
