import type { Provider } from '../concepts.ts'
import type { SubjectClient } from '../store/records.ts'

/**
 * Returns the identifier by which a client knows a user: the user's id, unless a feature decides otherwise (OpenID Connect
 * Core 8).
 */
export async function subjectAs(userId: string, client: SubjectClient, provider: Provider): Promise<string> {
  const [subject] = provider.subjects
  return subject ? subject(userId, client, provider) : userId
}
