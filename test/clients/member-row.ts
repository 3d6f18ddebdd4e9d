import * as v from 'valibot'
import type { ClientMetadataMember } from '../../src/clients/member.ts'

/** A member of one's own: all that is said about it anywhere. */
export const mascot: ClientMetadataMember<string | null> = {
  name: 'mascot',
  schema: v.picklist(['owl', 'fox'], 'The mascot must be an owl or a fox.'),
  fallback: null,
  control: { label: 'Mascot', kind: 'text', hint: 'An animal.' },
  option: '--mascot <animal>',
  setBy: ['staff'],
}
