import type { Provider } from '../concepts.ts'
import { fromBase64url, toHex } from '../crypto/bytes.ts'
import { openEarlierId } from './earlier-format.ts'
import { openCode } from './opaque.ts'

/** A code that somebody presents: what storage knows it by, the grant that it becomes, and whether it is of the first format. */
export interface PresentedCode {
  readonly id: string
  readonly grantId: string
  readonly earlierId: string | null
}

/** Opens a code; null where we did not mint it. */
export async function readPresentedCode(
  code: string,
  { keys }: Pick<Provider, 'keys'>,
): Promise<PresentedCode | null> {
  const id = await openCode(code, keys)
  if (id !== null) return { id, grantId: id, earlierId: null }
  const earlierId = await openEarlierId('ac', code, keys)
  const bytes = earlierId === null ? null : fromBase64url(earlierId)
  return bytes && { id: earlierId ?? '', grantId: toHex(bytes), earlierId }
}
