import { describe, expect, it } from 'vitest'
import { ScopeList, scopes } from '../../src/public.ts'
import { renderPage } from '../../src/ui/layout.tsx'

describe('scopes, the template filter of the seed', () => {
  it('names the scopes of an integer', () => {
    expect(scopes(6)).toEqual(['read', 'write'])
    expect(scopes(2)).toEqual(['read'])
    expect(scopes(0)).toEqual([])
    expect(scopes('read email')).toEqual(['read', 'email'])
  })

  it('lists them as a component, escaped', async () => {
    expect(await renderPage(<ScopeList scope={6} />)).toContain('<ul><li>read</li><li>write</li></ul>')
    expect(await renderPage(<ScopeList scope="<b>" />)).toContain('<ul><li>&lt;b&gt;</li></ul>')
  })
})
