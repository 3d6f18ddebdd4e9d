/**
 * The text of a page without the one script that may stand in it, whose hash its policy names; the text as it is where the policy
 * does not name it, or anything else stands beside it.
 */
export async function withoutOurScript(text: string, headers: Headers): Promise<string> {
  const [whole = '', script = ''] = /<script>([^]*?)<\/script>/.exec(text) ?? []
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(script))
  const hash = btoa(String.fromCharCode(...new Uint8Array(digest)))
  const named = headers.get('Content-Security-Policy')?.includes(`script-src 'sha256-${hash}';`)
  return named === true && text.split(whole).length === 2 ? text.replace(whole, '') : text
}
