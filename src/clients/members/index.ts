import type { ClientMetadataMember } from '../member.ts'
import { columnMembers } from './columns.ts'
import { keyMembers } from './keys.ts'
import { openidMembers } from './openid.ts'
import { shownMembers } from './shown.ts'

/** Every member of a client's metadata that this package knows, in the order of the form. */
export const clientMetadata: readonly ClientMetadataMember[] = [
  ...Object.values(columnMembers),
  ...shownMembers,
  ...Object.values(keyMembers),
  ...Object.values(openidMembers),
]
