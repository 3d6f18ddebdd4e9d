import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const page = readFileSync(join(root, 'docs/from-django-oauth2-provider.md'), 'utf8')

/** The last column of each row: a file of tests, and words of a title. */
const references = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (?:there|---)/.test(line))
  .map(
    (line) =>
      line
        .split(' | ')
        .at(-1)
        ?.replace(/\s*\|\s*$/, '') ?? '',
  )

/** What the seed documents; each must have a row. */
const NAMES = [
  'OAUTH_RESPONSE_TYPE_CHOICES OAUTH_SCOPES OAUTH2_DEFAULT_SCOPE OAUTH_EXPIRE_DELTA OAUTH_EXPIRE_DELTA_PUBLIC',
  'OAUTH_EXPIRE_CODE_DELTA OAUTH_DELETE_EXPIRED OAUTH_ENFORCE_SECURE OAUTH_ENFORCE_CLIENT_SECURE OAUTH_SESSION_KEY',
  'OAUTH_SINGLE_ACCESS_TOKEN SECRET_KEY LOGIN_URL CONFIDENTIAL PUBLIC TOKEN_TYPE READ WRITE READ_WRITE DEFAULT_SCOPES',
  'scope.check scope.names scope.to_names scope.to_int scopes OAuthForm OAuthValidationError OAuthError OAuthView Mixin',
  'get_data cache_data clear_data Mixin.authenticate Capture Authorize get_redirect_url get_request_form',
  'get_authorization_form get_client save_authorization has_authorization error_response Redirect AccessToken grant_types',
  'authentication get_authorization_code_grant get_refresh_token_grant get_password_grant get_access_token',
  'create_access_token create_refresh_token invalidate_grant invalidate_refresh_token invalidate_access_token',
  'access_token_response authorization_code refresh_token password get_handler CaptureView AuthorizeView RedirectView',
  'AccessTokenView now short_token long_token get_token_expiry get_code_expiry serialize_instance deserialize_instance',
  'BasicClientBackend RequestParamsClientBackend PublicPasswordBackend AccessTokenBackend PublicClientBackend ClientForm',
  'ClientAuthForm AuthorizationRequestForm AuthorizationForm AuthorizationCodeGrantForm RefreshTokenGrantForm',
  'PasswordGrantForm PublicPasswordGrantForm ScopeChoiceField Oauth2UserMiddleware OAuthRequiredMixin.accepted_oauth_scopes',
  'OAuthRegisteredScopes Client Grant RefreshToken Scope AuthorizedClient auto_authorize authorize_every_time',
  'allow_public_token /oauth2/authorize /oauth2/authorize/confirm /oauth2/redirect /oauth2/access_token',
].flatMap((line) => line.split(' '))

describe('the page for people who come from django-oauth2-provider', () => {
  it.each(NAMES)('has a row for %s', (name) => {
    const firstColumns = page.split('\n').map((line) => line.split(' | ')[0] ?? '')
    expect(firstColumns.some((column) => column.includes(`\`${name}\``))).toBe(true)
  })

  it.each(references)('is shown by %s', (reference) => {
    const [file = '', ...title] = reference.split(': ')
    const path = join(root, 'test', file)
    expect(existsSync(path), `${path} exists`).toBe(true)
    expect(title.length).toBeGreaterThan(0)
    const text = readFileSync(path, 'utf8').replaceAll(/\s+/g, ' ')
    expect(text.includes(title.join(': ')), `${file} has such a test`).toBe(true)
  })
})
