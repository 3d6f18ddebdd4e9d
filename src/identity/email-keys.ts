import type { MailLinkStore } from '../store/mail-links.ts'
import { emailKey } from './usernames.ts'

/** Users whose keys are written in one round trip. */
const BATCH = 500

/**
 * Computes keys by DNS domains for addresses whose keys were case-folded before.
 * @param rounds the most batches
 * @returns how many users
 */
export async function fillEmailKeys(
  store: Pick<MailLinkStore, 'listStaleEmailKeys' | 'saveEmailKeys'>,
  rounds: number,
): Promise<number> {
  let filled = 0
  for (let round = 0; round < rounds; round++) {
    const users = await store.listStaleEmailKeys(BATCH)
    if (users.length > 0)
      await store.saveEmailKeys(users.map(({ email, id }) => ({ id, emailKey: emailKey(email) })))
    filled += users.length
    if (users.length < BATCH) break
  }
  return filled
}
