import type { ClientMetadataMember } from '../member.ts'
import { line, texts, webUrl } from './kinds.ts'

const CONTACTS =
  'Contacts must be a list of at most 20 entries of 1 to 200 characters, without control characters.'
const ALL = ['staff', 'registration', 'import'] as const

/** What people see of a client (RFC 7591 2). The provider links to these URLs and never fetches them. */
export const shownMembers = {
  logoUri: {
    name: 'logo_uri',
    schema: webUrl('The logo must be an absolute http or https URL of at most 2,000 characters.'),
    fallback: null,
    control: {
      label: 'Logo',
      kind: 'text',
      hint: 'The https URL of an image, which the sign-in and consent pages show.',
    },
    setBy: ALL,
  } satisfies ClientMetadataMember<string | null>,
  policyUri: {
    name: 'policy_uri',
    schema: webUrl('The privacy policy must be an absolute http or https URL of at most 2,000 characters.'),
    fallback: null,
    control: { label: 'Privacy policy', kind: 'text', hint: 'The URL of a page for people.' },
    setBy: ALL,
  } satisfies ClientMetadataMember<string | null>,
  tosUri: {
    name: 'tos_uri',
    schema: webUrl('The terms of service must be an absolute http or https URL of at most 2,000 characters.'),
    fallback: null,
    control: { label: 'Terms of service', kind: 'text', hint: 'The URL of a page for people.' },
    setBy: ALL,
  } satisfies ClientMetadataMember<string | null>,
  contacts: {
    name: 'contacts',
    schema: texts(CONTACTS, 20, (text) => /^\P{Cc}{1,200}$/u.test(text)),
    fallback: [],
    control: {
      label: 'Contacts',
      kind: 'lines',
      hint: 'Who is responsible for it, such as email addresses; one per line.',
    },
    setBy: ALL,
  } satisfies ClientMetadataMember<readonly string[]>,
  softwareId: {
    name: 'software_id',
    schema: line('The software id must have 1 to 200 characters, and no control characters.', 200),
    fallback: null,
    control: { label: 'Software id', kind: 'text', hint: 'The same for every copy of one program.' },
    setBy: ALL,
  } satisfies ClientMetadataMember<string | null>,
  softwareVersion: {
    name: 'software_version',
    schema: line('The software version must have 1 to 200 characters, and no control characters.', 200),
    fallback: null,
    control: { label: 'Software version', kind: 'text' },
    setBy: ALL,
  } satisfies ClientMetadataMember<string | null>,
} as const
