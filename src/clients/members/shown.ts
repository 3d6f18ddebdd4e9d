import type { ClientMetadataMember } from '../member.ts'
import { webUrl } from './kinds.ts'

const ALL = ['staff', 'registration', 'import'] as const

/** What people are shown of a client (RFC 7591 2). The provider links to these URLs and never fetches them. */
export const shownMembers: readonly ClientMetadataMember[] = [
  {
    name: 'logo_uri',
    schema: webUrl('The logo must be an absolute http or https URL of at most 2,000 characters.'),
    fallback: null,
    control: { label: 'Logo', kind: 'text', hint: 'The URL of a picture.' },
    option: '--logo-uri <url>',
    setBy: ALL,
  },
]
