import { describe, expect, it } from 'vitest'
import { type Rating, ratePages } from './lighthouse.ts'

describe('sign-in, consent, account, panel and its list of clients', () => {
  // The pages are light and have hardly a script, so that only a machine that stands still rates them lower.
  it(
    'get from Lighthouse 100 for accessibility and best practices, and at least 95 for performance',
    { retry: 2, timeout: 240_000 },
    async () => {
      const ratings = await ratePages(['accessibility', 'best-practices', 'performance'])
      expect(ratings.map(({ page }) => page)).toEqual(['sign-in', 'consent', 'account', 'panel', 'clients'])
      const isShort = ({ scores }: Rating): boolean =>
        scores.accessibility !== 100 || scores['best-practices'] !== 100 || (scores.performance ?? 0) < 95
      expect(ratings.filter(isShort)).toEqual([])
    },
  )
})
