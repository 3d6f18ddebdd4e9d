import { describe, expect, it } from 'vitest'
import { resolveLanguages } from '../../src/provider/languages.ts'
import { languagesOf, messagesFor } from '../../src/ui/messages.ts'
import { english, germanMessages, SPEAKS_GERMAN, wide } from '../support/languages.ts'

describe('the language of the pages', () => {
  it.each([
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
    expect(messagesFor(header, SPEAKS_GERMAN).lang).toBe(lang)
  })

  it.each([
    ['pt-BR', 'pt-BR'],
    ['pt-br-x-own', 'pt-BR'],
    ['pt-PT', 'pt'],
    ['pt', 'pt'],
    ['en-GB', 'en-GB'],
    ['en-US', 'en'],
    ['*', 'en'],
    ['p', 'en'],
  ])('of %j is the one that says most of it: %s', (header, lang) => {
    const languages = ['pt', 'pt-BR', 'en-GB'].map((tag) => ({ ...wide, tag }))
    expect(messagesFor(header, { languages: resolveLanguages(languages) }).lang).toBe(lang)
  })

  it('is English where no other is there', () => {
    expect(messagesFor('de, fr;q=0.9', { languages: [] })).toBe(english)
  })

  it('has every text in every language', () => {
    const empty = (value: unknown): boolean =>
      typeof value === 'string'
        ? value.trim() === ''
        : typeof value === 'object' && value !== null && Object.values(value).some(empty)
    expect(languagesOf(SPEAKS_GERMAN).filter(empty)).toEqual([])
  })

  it('counts what was done in both numbers', () => {
    expect(english.account.accessEnded('Calendar', 1)).toBe('Access of Calendar ended: 1 token revoked.')
    expect(english.account.accessEnded('Calendar', 3)).toBe('Access of Calendar ended: 3 tokens revoked.')
    expect(germanMessages.account.accessEnded('Kalender', 0)).toBe(
      'Zugriff von Kalender beendet: 0 Tokens entzogen.',
    )
  })
})
