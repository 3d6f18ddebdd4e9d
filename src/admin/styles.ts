import { asset, type Asset } from '../ui/styles.ts'
import { BAR_STEPS } from './pages/overview.tsx'

const BARS = Array.from(
  { length: BAR_STEPS + 1 },
  (_, step) => `.bar-${step} { width: ${(step / BAR_STEPS) * 6}rem }`,
).join('\n')

/** What only the admin's pages have: navigation, tables, filters, the picture. */
const RULES = `
.admin-nav ul { display: flex; flex-wrap: wrap; gap: 0 1.25rem; margin: 0 0 1.5rem; border-bottom: 1px solid var(--line) }
.admin-nav a { display: inline-flex; align-items: center; min-height: 2.75rem; text-decoration: none; border-bottom: 3px solid transparent }
.admin-nav a:hover { border-bottom-color: var(--line-strong) }
.admin-nav a[aria-current] { color: var(--text); font-weight: 650; border-bottom-color: var(--accent-text) }
.admin-title { display: flex; flex-wrap: wrap; gap: 1rem; justify-content: space-between; align-items: flex-start; margin-bottom: 1.5rem }
.admin-title > div:first-child { flex: 1 1 16rem; min-width: 0 }
.admin-content { --gap: 1.25rem }
.filters { display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-end }
.filters .field { flex: 1 1 11rem; max-width: 20rem }
.field select, .field textarea {
  width: 100%; min-height: 2.75rem; padding: 0.5rem 0.75rem; border: 1px solid var(--line-strong); border-radius: var(--radius);
  background: var(--surface); color: var(--text); font: inherit;
}
.field textarea { font-family: var(--mono); font-size: 0.875rem; white-space: pre; overflow: auto }
.field textarea[aria-invalid], .field select[aria-invalid] { border-color: var(--danger) }
.choices > .choice + .choice { border-top: 1px solid var(--line) }
legend { font-weight: 600 }
fieldset > .hint, fieldset > .error, .choice .error { display: block; margin-bottom: 0.5rem }
.table-scroll { overflow-x: auto; background: var(--surface); border: 1px solid var(--line); border-radius: calc(var(--radius) + 4px) }
table { width: 100%; border-collapse: collapse; font-size: 0.9375rem; overflow-wrap: normal }
th, td { padding: 0.625rem 0.875rem; text-align: start; vertical-align: baseline; border-top: 1px solid var(--line); max-width: 22rem; overflow-wrap: break-word }
th { font-weight: 600; white-space: nowrap }
thead th { border-top: 0; color: var(--muted); font-size: 0.8125rem }
td:has(> input) { width: 2.75rem }
td:has(> time), td > a:has(> time) { white-space: nowrap }
td input[type='checkbox'] { width: 1.5rem; height: 1.5rem; margin: 0; accent-color: var(--accent-text) }
.entry { display: inline-block; margin-inline-end: 0.75rem }
.facts .entry { display: block; margin: 0 }
.state { font-weight: 600 }
.state-live { color: var(--success) }
.state-revoked, .state-withdrawn { color: var(--danger) }
.state-expired { color: var(--muted) }
.measure { display: inline-flex; align-items: center; gap: 0.5rem; font-variant-numeric: tabular-nums }
.bar { display: inline-block; height: 0.75rem; border-radius: 3px; background: var(--accent-text); forced-color-adjust: none }
.table-scroll td:has(.measure) { padding-block: 0.375rem; white-space: nowrap }
.section > .stack { min-width: 0 }
.snippets h3 { margin-top: 1rem }
${BARS}
`

/** The admin's stylesheet as a file. */
export async function adminStyleAsset(): Promise<Asset> {
  return asset('admin', 'css', 'text/css; charset=utf-8', RULES)
}
