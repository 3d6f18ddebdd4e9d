import type { CreationOptions, RequestOptions } from './authenticator.ts'

/** What a page asks the browser for. */
export function optionsIn(text: string): CreationOptions & RequestOptions {
  const [, escaped = ''] = /data-passkey="([^"]*)"/.exec(text) ?? []
  if (escaped === '') throw new Error(`the page asks for no passkey: ${text}`)
  return JSON.parse(escaped.replaceAll('&quot;', '"').replaceAll('&amp;', '&')) as CreationOptions &
    RequestOptions
}
