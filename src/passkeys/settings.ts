import { flag, type Row, type Setting } from '../settings/kinds.ts'
import { setting } from '../settings/settings.ts'

const domain: Row<string | null> = {
  unit: 'domain',
  expected: 'a domain without scheme and port, such as example.org',
  parse: (value) =>
    typeof value === 'string' && URL.parse(`https://${value}`)?.hostname === value ? value : undefined,
}

function isOrigin(text: unknown): text is string {
  return typeof text === 'string' && text.startsWith('https://') && URL.parse(text)?.origin === text
}

const origins: Row<readonly string[]> = {
  unit: 'origins separated by spaces',
  expected:
    'https origins without a path, separated by spaces, such as https://example.org https://example.com',
  parse(value) {
    const list = typeof value === 'string' ? value.split(/\s+/).filter(Boolean) : value
    return Array.isArray(list) && list.length > 0 && list.every(isOrigin) ? list : undefined
  },
}

/** The feature's settings. */
export const PASSKEY_SETTINGS = {
  /** Let users sign in with passkeys and add them to their accounts. */
  passkeys: setting('OAUTH_PASSKEYS', true, flag),
  /**
   * Domain for which passkeys are created (WebAuthn Level 3, RP ID): the issuer's or a parent domain. If you change
   * it, existing passkeys no longer work.
   */
  passkeyRpId: setting('OAUTH_PASSKEY_RP_ID', null, domain, 'the host of the issuer'),
  /**
   * Other origins at which the same passkeys work (WebAuthn Level 3 5.11), in addition to the issuer's; each is also
   * one of OAUTH_HOSTS.
   */
  passkeyOrigins: setting('OAUTH_PASSKEY_ORIGINS', [], origins, 'none'),
} satisfies Readonly<Record<string, Setting<unknown>>>
