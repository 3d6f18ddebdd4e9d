import { asset, type Asset } from '../ui/styles.ts'
import { BAR_STEPS } from './pages/overview.tsx'

const BARS = Array.from(
  { length: BAR_STEPS + 1 },
  (_, step) => `.bar-${step} { width: ${(step / BAR_STEPS) * 6}rem }`,
).join('\n')

/** What only the admin's pages have: navigation, tables, filters, the picture. */
const RULES = `
body:has(.admin) .site-header, body:has(.admin) main { max-width: 100rem }
.admin-nav p { margin: 1.25rem 0 0.25rem; color: var(--muted); font-size: 0.8125rem; font-weight: 600 }
main .admin-nav a { display: flex; align-items: center; min-height: 2.5rem; padding: 0.25rem 0.75rem; border-radius: var(--radius); text-decoration: none; color: var(--text) }
.admin-nav a:hover { background: var(--sunken); text-decoration: underline }
.admin-nav a[aria-current] { background: var(--accent-soft); color: var(--accent-text); font-weight: 650 }
.admin-side { display: none }
.admin-menu { margin-bottom: 1.5rem; padding: 0 1rem; border: 1px solid var(--line); border-radius: var(--radius); background: var(--surface) }
summary { display: flex; align-items: center; min-height: 2.75rem; font-weight: 600; cursor: pointer }
summary::before { content: ''; width: 0.5rem; height: 0.5rem; margin-inline: 0.125rem 0.75rem; border: solid; border-width: 0 2px 2px 0; transform: rotate(-45deg) }
details[open] > summary::before { transform: rotate(45deg) }
.admin-menu[open] { padding-bottom: 1rem }
@media (min-width: 60rem) {
  .admin { display: grid; grid-template-columns: 13rem minmax(0, 1fr); gap: 2.5rem; align-items: start }
  .admin-side { display: block; position: sticky; top: 1rem }
  .admin-menu { display: none }
}
.cards-row { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 13rem), 1fr)); gap: 1rem }
.cards-row h3 { color: var(--muted); font-size: 0.875rem }
.figure { font-size: 1.75rem; font-weight: 650; line-height: 1.3; font-variant-numeric: tabular-nums }
.spark { display: block; width: 100%; height: 2rem; margin-top: 0.75rem; color: var(--accent-text) }
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
th, td { padding: 0.75rem 1rem; text-align: start; vertical-align: baseline; border-top: 1px solid var(--line); max-width: 22rem; overflow-wrap: anywhere }
td:has(> code), td > a { min-width: 6rem }
th { font-weight: 600; white-space: nowrap }
thead th { border-top: 0; color: var(--muted); font-size: 0.8125rem }
td:has(> input) { width: 2.75rem }
td:has(> time), td > a:has(> time) { white-space: nowrap }
td input[type='checkbox'] { width: 1.5rem; height: 1.5rem; margin: 0; accent-color: var(--accent-text) }
.entry { display: inline-block; margin-inline-end: 0.75rem }
.facts .entry { display: block; margin: 0 }
.state { display: inline-block; padding: 0.0625rem 0.625rem; border: 1px solid; border-radius: 1rem; font-size: 0.8125rem; font-weight: 600; white-space: nowrap; color: var(--muted) }
.state::first-letter { text-transform: uppercase }
.state-live { color: var(--success); background: var(--success-soft) }
.state-revoked, .state-withdrawn { color: var(--danger); background: var(--danger-soft) }
@media (max-width: 40rem) {
  .cards, .cards tbody, .cards tr { display: block }
  .cards thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
  .cards tr { padding: 0.75rem 1rem; border-top: 1px solid var(--line) }
  .cards tbody tr:first-child { border-top: 0 }
  .cards td { display: grid; grid-template-columns: 6.5rem minmax(0, 1fr); gap: 0.75rem; padding: 0.25rem 0; border: 0; max-width: none }
  .cards td::before { content: attr(data-label); color: var(--muted); font-size: 0.8125rem }
  .cards .state { justify-self: start }
  .cards td:has(> input) { display: block; width: auto }
  .cards td:has(> time), .cards td > a:has(> time) { white-space: normal }
}
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
