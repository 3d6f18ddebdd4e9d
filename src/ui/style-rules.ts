/** The page as a whole: type, layout, header and footer, focus. */
export const LAYOUT_RULES = `
:root {
  --font: system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Open Sans', sans-serif;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, 'Noto Sans Mono', monospace;
  --radius: 10px;
  --gap: 1rem;
  --shadow: 0 1px 2px rgb(0 0 0 / 5%), 0 12px 32px -12px rgb(0 0 0 / 12%);
}
*, *::before, *::after { box-sizing: border-box }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100% }
body {
  margin: 0; min-height: 100vh; min-height: 100dvh; display: flex; flex-direction: column;
  background: var(--page); color: var(--text); font: 1rem/1.5 var(--font);
  border-top: 4px solid var(--accent); overflow-wrap: anywhere;
}
h1, h2, h3, p, dl, dd, ul, figure { margin: 0 }
h1, h2, h3 { line-height: 1.25; letter-spacing: -0.012em; text-wrap: balance; font-weight: 650 }
h1 { font-size: 1.5rem }
h2 { font-size: 1.125rem }
h3 { font-size: 1rem }
ul { padding: 0; list-style: none }
a { color: var(--accent-text); text-underline-offset: 0.18em; text-decoration-thickness: 1px }
a:hover { text-decoration-thickness: 2px }
code, pre { font-family: var(--mono); font-size: 0.875em }
:focus-visible { outline: 3px solid var(--accent-text); outline-offset: 2px; border-radius: 4px }
main a:not(.button) { display: inline-block; padding-block: 0.125rem }
main:focus { outline: none }
.muted { color: var(--muted) }
.hidden-text {
  position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap;
}
.skip {
  position: absolute; left: 1rem; top: -5rem; z-index: 1; padding: 0.75rem 1rem; background: var(--surface);
  border: 1px solid var(--line-strong); border-radius: var(--radius);
}
.skip:focus { top: 0.75rem }
.site-header, .site-footer { width: 100%; max-width: 64rem; margin: 0 auto; padding: 1rem 1.25rem }
.site-header { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.25rem 1.5rem }
.brand { display: inline-flex; align-items: center; gap: 0.625rem; min-height: 2.75rem; font-weight: 650; letter-spacing: -0.01em }
.site-nav { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 1.25rem; color: var(--muted); font-size: 0.9375rem }
.site-nav a, .text-button { display: inline-flex; align-items: center; min-height: 2.75rem }
.site-footer a { display: inline-flex; align-items: center; min-height: 2.75rem; padding-inline: 0.5rem; color: var(--muted) }
.site-footer { margin-top: auto; color: var(--muted); font-size: 0.875rem; text-align: center }
main { width: 100%; max-width: 64rem; margin: 0 auto; padding: 1rem 1.25rem 3rem }
.narrow main { max-width: 30rem }
.narrow .site-header { max-width: 30rem }
.stack { display: flex; flex-direction: column; gap: var(--gap) }
.stack > * { min-width: 0 }
@media (min-width: 40rem) and (min-height: 40rem) {
  .narrow .site-header { padding-top: 10vh }
}
@media (max-width: 29.99rem) {
  .site-header, .site-footer, main { padding-inline: 1rem }
}
`

/** The parts: cards, forms, buttons, alerts, lists. */
export const PART_RULES = `
.card {
  background: var(--surface); border: 1px solid var(--line); border-radius: calc(var(--radius) + 6px);
  padding: clamp(1.25rem, 5vw, 2.25rem); box-shadow: var(--shadow);
}
.card > .stack, .card.stack { --gap: 1.25rem }
.box { background: var(--surface); border: 1px solid var(--line); border-radius: calc(var(--radius) + 4px); padding: 1.25rem }
.mark {
  flex: none; display: inline-grid; place-items: center; width: 2rem; height: 2rem; border-radius: 9px;
  border: 1px solid var(--line); background: var(--sunken); color: var(--text); font-weight: 650; line-height: 1;
}
.mark-site { background: var(--accent); border-color: var(--accent-line); color: var(--on-accent) }
.mark-large { width: 3rem; height: 3rem; border-radius: 13px; font-size: 1.25rem }
.logo { flex: none; display: block; width: auto; height: 2rem; max-width: 10rem; object-fit: contain }
.logo.mark-large { width: 3rem; height: 3rem; border-radius: 13px; padding: 0.375rem; border: 1px solid var(--line); background: var(--surface) }
.logo[data-initial] { position: relative }
.logo[data-initial]::after { content: attr(data-initial); position: absolute; inset: 0; display: grid; place-items: center; border-radius: inherit; background: var(--surface); font-size: 1.25rem; font-weight: 650; line-height: 1 }
.pair { display: flex; align-items: center; justify-content: center; gap: 0.75rem }
.pair + h1 { text-align: center }
.pair-line { flex: 0 1 3.5rem; border-top: 2px dotted var(--line-strong) }
.row { display: flex; flex-wrap: wrap; align-items: center; gap: 0.75rem }
.row-apart { justify-content: space-between }
.actions { display: flex; flex-wrap: wrap; gap: 0.75rem }
.actions > * { flex: 1 1 9rem }
.button {
  display: inline-flex; align-items: center; justify-content: center; min-height: 2.75rem; padding: 0.5rem 1.125rem;
  border: 1px solid var(--line-strong); border-radius: var(--radius); background: var(--surface); color: var(--text);
  font: inherit; font-weight: 600; line-height: 1.25; text-align: center; text-decoration: none; cursor: pointer;
}
.button:hover { background: var(--sunken); border-color: var(--text) }
.button:focus-visible { border-radius: var(--radius) }
.button:active { transform: translateY(1px) }
.button-primary { background: var(--accent); border-color: var(--accent-line); color: var(--on-accent) }
.button-primary:hover { background: var(--accent-hover); border-color: var(--accent-line) }
.button-danger { color: var(--danger); border-color: var(--danger) }
.button-danger:hover { background: var(--danger-soft); border-color: var(--danger) }
.text-button {
  padding: 0; border: 0; background: none; color: var(--accent-text); font: inherit; text-align: start;
  text-decoration: underline 1px; text-underline-offset: 0.18em; cursor: pointer;
}
.text-button:hover { text-decoration-thickness: 2px }
.field { display: flex; flex-direction: column; gap: 0.375rem }
.field label { font-weight: 600 }
.field input {
  width: 100%; min-height: 2.75rem; padding: 0.5rem 0.75rem; border: 1px solid var(--line-strong); border-radius: var(--radius);
  background: var(--surface); color: var(--text); font: inherit;
}
.field input:focus-visible { outline-offset: 0; border-color: var(--accent-text); border-radius: var(--radius) }
.field input[aria-invalid] { border-color: var(--danger); box-shadow: inset 0 0 0 1px var(--danger) }
.hint { color: var(--muted); font-size: 0.875rem }
.error { color: var(--danger); font-size: 0.875rem; font-weight: 600 }
fieldset { margin: 0; padding: 0; border: 0; min-width: 0 }
legend { padding: 0; margin-bottom: 0.75rem }
legend.label { font-weight: 600; margin-bottom: 0.375rem }
.choices { border: 1px solid var(--line); border-radius: var(--radius); overflow: clip }
.choices > li + li { border-top: 1px solid var(--line) }
.choice { display: grid; grid-template-columns: auto 1fr; gap: 0 0.875rem; align-items: center; min-height: 3.25rem; padding: 0.75rem 1rem; cursor: pointer }
.choice:hover { background: var(--sunken) }
.choice:has(:focus-visible) { background: var(--accent-soft) }
.stack > .choice { padding-inline: 0; background: none }
.choice input { width: 1.5rem; height: 1.5rem; margin: 0; accent-color: var(--accent-text); cursor: pointer }
.choice-label { display: block; font-weight: 600 }
.alert { padding: 0.75rem 1rem; border: 1px solid; border-inline-start-width: 5px; border-radius: var(--radius) }
.alert > :first-child:not(:only-child) { font-weight: 600 }
.alert p { color: var(--text) }
.alert > p + p { margin-top: 0.25rem }
.alert a, .alert li { color: var(--text) }
main .alert a { display: inline }
.plain { list-style: disc; padding-inline-start: 1.5rem }
.alert-error { background: var(--danger-soft); border-color: var(--danger); color: var(--danger) }
.alert-success { background: var(--success-soft); border-color: var(--success); color: var(--success) }
.alert-info { background: var(--sunken); border-color: var(--line-strong) }
.alert-warning { background: var(--warning-soft); border-color: var(--warning); color: var(--warning) }
.account-row { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.25rem 1rem; padding: 0.25rem 1rem; border: 1px solid var(--line); border-radius: var(--radius); background: var(--sunken); font-size: 0.9375rem }
.account-row > span { padding-block: 0.375rem }
.facts { display: grid; grid-template-columns: fit-content(50%) minmax(0, 1fr); gap: 0.25rem 1rem; font-size: 0.9375rem }
.facts > div { display: grid; grid-template-columns: subgrid; grid-column: 1 / -1; align-items: baseline }
.facts dt { color: var(--muted); hyphens: auto }
main .facts a { display: inline; padding-block: 0 }
.facts-list { grid-template-columns: minmax(0, 1fr); gap: 0.75rem 1rem; font-size: 1rem }
.facts-list > div { display: block }
.facts-list dt { font-size: 0.875rem }
.section { display: grid; gap: 1rem }
.section + .section { margin-top: clamp(1.5rem, 4vw, 2.5rem); padding-top: clamp(1.5rem, 4vw, 2.5rem) }
.section + .section, .apart { border-top: 1px solid var(--line) }
.apart { padding-top: 1.25rem }
.section > header { display: flex; flex-direction: column; gap: 0.25rem }
.section > header p { color: var(--muted); font-size: 0.9375rem }
@media (min-width: 52rem) { .section { grid-template-columns: 16rem minmax(0, 1fr); gap: 3rem } }
.items { background: var(--surface); border: 1px solid var(--line); border-radius: calc(var(--radius) + 4px); overflow: clip }
.items > li { padding: 1.25rem }
.items > li > h3 + .row { align-items: flex-start }
.items > li + li { border-top: 1px solid var(--line) }
.item { display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-start }
.item-body { flex: 1 1 12rem; min-width: 0 }
.ask > summary { display: inline-flex }
.ask > summary::before { content: none }
.ask[open] { flex: 1 1 100% }
.item-body.stack { --gap: 0.625rem }
.scopes > li { display: flex; gap: 0.625rem; align-items: baseline; font-size: 0.9375rem }
.scopes > li::before { content: ''; flex: none; width: 0.4375rem; height: 0.4375rem; border-radius: 50%; background: var(--accent-text); forced-color-adjust: none; translate: 0 -0.1em }
.badge { display: inline-block; padding: 0.125rem 0.625rem; border: 1px solid var(--accent-text); border-radius: 1rem; background: var(--accent-soft); color: var(--accent-text); font-size: 0.8125rem; font-weight: 600 }
.empty { padding: 2rem 1.25rem; text-align: center; border: 1px dashed var(--line-strong); border-radius: calc(var(--radius) + 4px) }
.empty p { color: var(--muted) }
.code { margin: 0; padding: 1rem; border: 1px solid var(--line); border-radius: var(--radius); background: var(--sunken); white-space: pre-wrap; word-break: break-all }
.after { margin-top: 0.625rem }
.whole { user-select: all }
summary { display: flex; align-items: center; min-height: 2.75rem; font-weight: 600; cursor: pointer }
summary::before { content: ''; flex: none; width: 0.5rem; height: 0.5rem; margin-inline: 0.125rem 0.75rem; border: solid; border-width: 0 2px 2px 0; rotate: -45deg }
details[open] > summary::before { rotate: 45deg }
.items > li:has(> details) { padding-block: 0.375rem }
.small { font-size: 0.875rem }
.codes { display: grid; gap: 0.5rem 1.5rem; list-style: none; justify-content: center; font-size: 1.0625rem }
@media (min-width: 30rem) { .codes { grid-template-columns: auto auto } }
.or { display: none; align-items: center; gap: 0.75rem }
.or::before, .or::after { content: ""; flex: 1; border-top: 1px solid var(--line) }
.or:has(~ form > :not([hidden], input, script, .text-button)) { display: flex }
h1 + p { margin-top: 0.25rem }
.lead { font-size: 1.125rem }
.page-title { padding: 1rem 0 2rem }
.contents { gap: 0 1.25rem }
.contents a { display: inline-flex; align-items: center; min-height: 2.75rem }
.steps { margin: 0; padding-inline-start: 1.5rem }
.steps > li { padding: 0.25rem 0 0.25rem 0.25rem }
.steps > li::marker { color: var(--accent-text); font-weight: 650 }
@media (prefers-reduced-motion: no-preference) {
  .button, .choice, .field input { transition: background-color 120ms, border-color 120ms }
}
@media (prefers-reduced-motion: reduce) { .button:active { transform: none } }
@media (prefers-contrast: more) { :root { --line: var(--line-strong); --muted: var(--text) } }
@media (forced-colors: active) { .mark, .badge, .alert { border-color: CanvasText } .button-primary { border-width: 2px } }
`
