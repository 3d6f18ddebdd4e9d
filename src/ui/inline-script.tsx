import type { JSX } from 'hono/jsx/jsx-runtime'
import { raw } from 'hono/utils/html'
import { sha256 } from '../crypto/bytes.ts'

const hashes = new Map<string, string>()

/** The hash of a script as a source of a Content-Security-Policy (CSP Level 3 2.3.1). */
export async function scriptHash(text: string): Promise<string> {
  const known = hashes.get(text)
  if (known !== undefined) return known
  const hash = `'sha256-${btoa(String.fromCharCode(...(await sha256(text))))}'`
  hashes.set(text, hash)
  return hash
}

/** One of our scripts inside the page; its policy names the hash, so that no other one runs. */
export function InlineScript({ text }: { readonly text: string }): JSX.Element {
  return <script>{raw(text)}</script>
}
