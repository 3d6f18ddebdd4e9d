import { type GrantType, invalidGrant, issueTokens } from '../../../src/public.ts'

/** The registered name of the grant type of the recipe (RFC 8693 2.1). */
export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'

/** A grant type as the recipe makes one: whoever presents the word gets a token of the client's own. */
export const tokenExchange: GrantType = {
  parameters: ['subject_token'],
  exchange(request, provider) {
    if (request.params.get('subject_token') !== 'the word') throw invalidGrant('another word')
    return issueTokens(request, { scope: request.params.get('scope'), userId: null }, provider)
  },
}
