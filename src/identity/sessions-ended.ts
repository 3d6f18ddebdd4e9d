import type { Provider } from '../concepts.ts'

/** Lets features react to the end of sessions, after the answer. All code that may have ended one calls it. */
export function afterSessionsEnded(provider: Provider): void {
  for (const work of provider.sessionsEnded) {
    provider.defer(
      work(provider).catch((error: unknown) => console.error('work after a sign-out failed:', error)),
    )
  }
}
