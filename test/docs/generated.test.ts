import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { ALL_SETTINGS } from '../../scripts/all-settings.ts'
import { apiDoc } from '../../scripts/api-doc.ts'
import { conformanceDoc } from '../../scripts/conformance-doc.ts'
import { docWithEndpoints } from '../../scripts/endpoints-doc.ts'
import { performanceDoc } from '../../scripts/performance-doc.ts'
import { meaningOf, settingsDoc } from '../../scripts/settings-doc.ts'

/** Whoever sees these fail runs `npm run docs`. */
describe('pages made by npm run docs are up to date', () => {
  it('docs/api.md', async () => {
    expect(await readFile('docs/api.md', 'utf8')).toBe(await apiDoc())
  })

  it('docs/settings.md', async () => {
    expect(await readFile('docs/settings.md', 'utf8')).toBe(await settingsDoc())
  })

  it('docs/conformance.md', async () => {
    expect(await readFile('docs/conformance.md', 'utf8')).toBe(await conformanceDoc())
  })

  it('docs/performance.md', async () => {
    expect(await readFile('docs/performance.md', 'utf8')).toBe(await performanceDoc())
  })

  it('the table in docs/endpoints.md', async () => {
    const page = await readFile('docs/endpoints.md', 'utf8')
    expect(page).toBe(await docWithEndpoints(page))
  })
})

it('the comment above the row of each setting says in sentences what it does', () => {
  for (const row of Object.values(ALL_SETTINGS)) expect(meaningOf(row)).toMatch(/^[A-Z].*\.$/s)
})
