import { describe, expect, it } from 'vitest'
import { LANGUAGES, messagesFor } from '../../src/ui/messages.ts'

describe('the language of the pages', () => {
  it.each([
    [null, 'en'],
    ['', 'en'],
    ['de', 'de'],
    ['DE-at', 'de'],
    ['de-CH, en;q=0.9', 'de'],
    ['en-GB, de;q=0.9', 'en'],
    ['en;q=0.5, de;q=0.8', 'de'],
    ['fr, de;q=0.2, en;q=0.1', 'de'],
    ['fr-FR, nl', 'en'],
    ['de;q=0', 'en'],
    ['de;q=0, *', 'en'],
    ['*, de;q=0.5', 'en'],
    ['de;q=much, en;q=0.1', 'en'],
    ['de;q=1.5', 'en'],
    ['den', 'en'],
    [' de ; q=0.7 , en ; q=0.6', 'de'],
    ['x'.repeat(100_000), 'en'],
    [',;q=,;,', 'en'],
  ])('follows the weights of %j', (header, lang) => {
    expect(messagesFor(header).lang).toBe(lang)
  })

  it('has every text in every language', () => {
    const empty = (value: unknown): boolean =>
      typeof value === 'string'
        ? value.trim() === ''
        : typeof value === 'object' && value !== null && Object.values(value).some(empty)
    expect(LANGUAGES.filter(empty)).toEqual([])
    expect(new Set(LANGUAGES.map(({ lang }) => lang)).size).toBe(LANGUAGES.length)
  })

  it('counts what was done in both numbers', () => {
    expect(messagesFor('en').account.accessEnded('Calendar', 1)).toBe(
      'Access of Calendar ended: 1 token revoked.',
    )
    expect(messagesFor('en').account.accessEnded('Calendar', 3)).toBe(
      'Access of Calendar ended: 3 tokens revoked.',
    )
    expect(messagesFor('de').account.accessEnded('Kalender', 0)).toBe(
      'Zugriff von Kalender beendet: 0 Tokens entzogen.',
    )
  })
})
