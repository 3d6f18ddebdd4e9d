import type { ClientMetadataMember } from '../member.ts'
import { line, texts, webUrl } from './kinds.ts'

const CONTACTS =
  'Contacts must be a list of at most 20 texts of 1 to 200 characters, without control characters.'
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
  {
    name: 'policy_uri',
    schema: webUrl('The privacy policy must be an absolute http or https URL of at most 2,000 characters.'),
    fallback: null,
    control: { label: 'Privacy policy', kind: 'text', hint: 'The URL of a page for people.' },
    option: '--policy-uri <url>',
    setBy: ALL,
  },
  {
    name: 'tos_uri',
    schema: webUrl('The terms of service must be an absolute http or https URL of at most 2,000 characters.'),
    fallback: null,
    control: { label: 'Terms of service', kind: 'text', hint: 'The URL of a page for people.' },
    option: '--tos-uri <url>',
    setBy: ALL,
  },
  {
    name: 'contacts',
    schema: texts(CONTACTS, 20, (text) => /^\P{Cc}{1,200}$/u.test(text)),
    fallback: [],
    control: {
      label: 'Contacts',
      kind: 'lines',
      hint: 'Who answers for it, such as email addresses; one in each line.',
    },
    option: '--contact <address>',
    setBy: ALL,
  },
  {
    name: 'software_id',
    schema: line('The software id must have 1 to 200 characters, and no control characters.', 200),
    fallback: null,
    control: { label: 'Software id', kind: 'text', hint: 'The same for every copy of one program.' },
    option: '--software-id <id>',
    setBy: ALL,
  },
  {
    name: 'software_version',
    schema: line('The software version must have 1 to 200 characters, and no control characters.', 200),
    fallback: null,
    control: { label: 'Software version', kind: 'text' },
    option: '--software-version <version>',
    setBy: ALL,
  },
]
