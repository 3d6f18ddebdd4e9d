import { readdirSync, readFileSync, statSync } from 'node:fs'

type Colors = Readonly<Record<string, string>>

/** A file of the repository, or the names in a folder, as a page of its own: what the documents say of a source or a test can be looked up on the site. */
export function sourcePage(file: string, light: Colors, dark: Colors): string {
  const text = statSync(file).isDirectory() ? readdirSync(file).join('\n') : readFileSync(file, 'utf8')
  const colors = ({ page = '', text: ink = '' }: Colors): string => `background:${page};color:${ink}`
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex"><title>${escape(file)}</title>
<style>body{margin:0;padding:1rem 1.5rem;font:.875rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;${colors(light)}}
a{color:inherit}h1{font:650 1.125rem/1.5 system-ui,sans-serif}pre{overflow-x:auto;tab-size:2}
@media (prefers-color-scheme:dark){body{${colors(dark)}}}</style></head>
<body><p><a href="/">edge-oauth2-provider</a></p><h1>${escape(file)}</h1><pre tabindex="0">${escape(text)}</pre></body></html>
`
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
