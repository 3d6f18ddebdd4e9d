import { asset, type Asset } from '../ui/styles.ts'
import { BAR_STEPS } from './pages/overview.tsx'

const BARS = Array.from(
  { length: BAR_STEPS + 1 },
  (_, step) => `.bar-${step} { width: ${(step / BAR_STEPS) * 6}rem }`,
).join('\n')

/** Rules only for the admin's pages: navigation, tables, filters, the chart. */
const RULES = `
body:has(.admin) .site-header, body:has(.admin) main { max-width: 100rem }
.admin-nav p { margin: 1.25rem 0 0.25rem; color: var(--muted); font-size: 0.8125rem; font-weight: 600 }
main .admin-nav a { display: flex; align-items: center; min-height: 2.5rem; padding: 0.25rem 0.75rem; border-radius: var(--radius); text-decoration: none; color: var(--text) }
.admin-nav a:hover { background: var(--sunken); text-decoration: underline }
.admin-nav a[aria-current] { background: var(--accent-soft); color: var(--accent-text); font-weight: 650 }
.admin-side { display: none }
.admin-menu { margin-bottom: 1.5rem; padding: 0 1rem; border: 1px solid var(--line); border-radius: var(--radius); background: var(--surface) }
.admin-menu[open] { padding-bottom: 1rem }
@media (min-width: 60rem) {
  .admin { display: grid; grid-template-columns: 13rem minmax(0, 1fr); gap: 2.5rem; align-items: start }
  .admin-side { display: block; position: sticky; top: 1rem }
  .admin-menu { display: none }
}
.cards-row { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 13rem), 1fr)); gap: 1rem }
.cards-row h3 { color: var(--muted); font-size: 0.875rem }
.figure { font-size: 1.75rem; font-weight: 650; line-height: 1.3; font-variant-numeric: tabular-nums }
.picture { display: grid; grid-template-columns: 1fr auto; gap: 0.125rem 0.5rem; margin-top: 0.5rem }
.picture-top { grid-column: 1 / -1; line-height: 1 }
.picture svg { grid-column: 1 / -1; display: block; width: 100%; height: 3rem; overflow: visible }
.picture polyline { fill: none; stroke: var(--accent-text); stroke-width: 2; vector-effect: non-scaling-stroke }
.picture .grid { fill: none; stroke: var(--line); stroke-width: 1; vector-effect: non-scaling-stroke }
.picture rect { fill: transparent }
.picture rect:hover { fill: var(--accent-text); opacity: 0.2 }
.counts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 9.5rem), 1fr)); gap: 0.75rem }
main a.count { display: flex; flex-direction: column; height: 100%; padding: 0.75rem 1rem; text-decoration: none; color: var(--text); font-size: 0.875rem }
main a.count:hover { border-color: var(--text) }
.count .figure { font-size: 1.375rem }
.crumbs a + a::before { content: '/'; display: inline-block; margin-inline: 0.5rem; color: var(--muted) }
.actions-row { gap: 0.5rem }
.actions-row .button { min-height: 2.5rem; padding: 0.375rem 0.875rem; font-size: 0.9375rem }
.actions-row .button-danger { margin-inline-start: auto }
.box > details { margin-top: 0.5rem }
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
th, td { padding: 0.75rem 1rem; text-align: start; vertical-align: top; border-top: 1px solid var(--line); max-width: 22rem; overflow-wrap: break-word }
td:has(> code), td:has(.entries), td > a { min-width: 6rem; overflow-wrap: anywhere }
td:has(> [lang]) { min-width: 12rem }
main td > a { padding-block: 0 }
.admin h1 { hyphens: auto }
th { font-weight: 600; white-space: nowrap }
thead th { border-top: 0; color: var(--muted); font-size: 0.8125rem }
main th a.sort { padding-block: 0; color: inherit; text-decoration: none; white-space: nowrap }
th a.sort::after { content: ''; display: inline-block; margin-inline-start: 0.375rem; border: solid transparent; border-width: 0 4px; border-top: 5px solid; opacity: 0.45 }
th[aria-sort] a.sort { color: var(--text) }
th[aria-sort] a.sort::after { opacity: 1 }
th[aria-sort='ascending'] a.sort::after { border-top: 0; border-bottom: 5px solid }
th a.sort:hover { text-decoration: underline }
td:has(> input) { width: 2.75rem; min-width: 0; vertical-align: middle }
td:has(> time), td > a:has(> time) { white-space: nowrap }
td input[type='checkbox'] { width: 1.5rem; height: 1.5rem; margin: 0; accent-color: var(--accent-text) }
.entry { display: inline-block; margin-inline-end: 0.75rem }
.facts .entry { display: block; margin: 0 }
.facts .entry + .entry { margin-top: 0.25rem }
.state { display: inline-block; padding: 0.0625rem 0.625rem; border: 1px solid; border-radius: 1rem; font-size: 0.8125rem; font-weight: 600; white-space: nowrap; color: var(--muted) }
.state::first-letter { text-transform: uppercase }
.state-valid, .state-active, .state-enabled, .state-fresh { color: var(--success); background: var(--success-soft) }
.state-revoked, .state-withdrawn, .state-disabled, .state-failing, .state-unusable { color: var(--danger); background: var(--danger-soft) }
.sort-field { display: none }
@media (max-width: 40rem) {
  .cards, .cards tbody, .cards tr { display: block }
  .cards thead { display: none }
  .cards tr { position: relative; padding: 0.75rem 1rem; border-top: 1px solid var(--line) }
  .cards tbody tr:first-child { border-top: 0 }
  .cards td { display: grid; grid-template-columns: 6.5rem minmax(0, 1fr); gap: 0.75rem; padding: 0.25rem 0; border: 0; max-width: none }
  .cards td::before { content: attr(data-label); color: var(--muted); font-size: 0.8125rem }
  .cards td > * { grid-column: 2 }
  .cards .state { justify-self: start }
  .cards td:has(> time), .cards td > a:has(> time) { white-space: normal }
  .cards td:has(> input) { position: absolute; inset: 0.625rem 1rem auto auto; width: auto }
  .cards td:has(> input) + td { padding-inline-end: 2.5rem }
  .cards td:has(> .muted) { display: none }
  .cards td:has(> input) + td, .cards td:first-child:has(> a) { display: block; font-weight: 600 }
  .cards td:has(> input) + td::before, .cards td:first-child:has(> a)::before { content: none }
  .filters .field { flex-basis: 8.5rem }
  .filters .button { flex: 1 0 auto }
  .filters .sort-field { display: flex; flex-basis: 12rem }
}
main a.kind { display: flex; flex-direction: column; gap: 0.25rem; height: 100%; padding: 1rem 1.25rem; text-decoration: none; color: var(--text) }
main a.kind:hover { border-color: var(--text) }
main a.kind[aria-current] { border-color: var(--accent-text); background: var(--accent-soft) }
.measure { display: inline-flex; align-items: center; gap: 0.5rem; font-variant-numeric: tabular-nums }
.bar { display: inline-block; height: 0.75rem; border-radius: 3px; background: var(--accent-text); forced-color-adjust: none }
.table-scroll td:has(.measure) { padding-block: 0.375rem; white-space: nowrap }
.section > .stack { min-width: 0 }
${BARS}
`

/** The admin's stylesheet as a file. */
export async function adminStyleAsset(): Promise<Asset> {
  return asset('admin', 'css', 'text/css; charset=utf-8', RULES)
}
