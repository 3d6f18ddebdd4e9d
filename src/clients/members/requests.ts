import type { ClientMetadataMember } from '../member.ts'
import { flag } from './kinds.ts'

const ALL = ['staff', 'registration', 'import'] as const

/** How a client must send its requests. */
export const requestMembers = {
  requirePushedRequests: {
    name: 'require_pushed_authorization_requests',
    schema: flag('require_pushed_authorization_requests'),
    fallback: false,
    control: {
      label: 'Require pushed requests',
      kind: 'flag',
      hint: 'It sends its authorization requests directly to the provider, so nobody can change them on the way (RFC 9126).',
    },
    setBy: ALL,
  } satisfies ClientMetadataMember<boolean>,
  dpopBoundAccessTokens: {
    name: 'dpop_bound_access_tokens',
    schema: flag('dpop_bound_access_tokens'),
    fallback: false,
    control: {
      label: 'Bind access tokens to a key',
      kind: 'flag',
      hint: 'Every token request needs a proof of possession, so a stolen token is useless without the key (RFC 9449).',
    },
    setBy: ALL,
  } satisfies ClientMetadataMember<boolean>,
} as const
