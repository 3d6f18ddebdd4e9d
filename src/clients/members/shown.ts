import type { ClientMetadataMember } from '../member.ts'

/** What people are shown of a client (RFC 7591 2). The provider links to these URLs and never fetches them. */
export const shownMembers: readonly ClientMetadataMember[] = []
