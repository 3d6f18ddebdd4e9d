/** The page of the single-page app. */
export const PAGE = `<!doctype html>
<html lang="en">
  <meta charset="utf-8" />
  <title>Single-page app</title>
  <script type="module" src="/app.js"></script>
  <h1>Single-page app</h1>
  <p id="who">Not signed in.</p>
  <button id="sign-in" type="button">Sign in</button>
</html>`

/**
 * Its script: a public client with code and PKCE (RFC 7636, RFC 9700 2.1.1). The verifier and the state stay in this tab; the
 * token stays in memory.
 */
export const SCRIPT = `const base64url = (bytes) =>
  btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)))
const redirectUri = location.origin + '/app'
// The issuer, which is this origin unless OAUTH_ISSUER says otherwise.
const issuer = location.origin

async function signIn() {
  const verifier = random()
  const state = random()
  sessionStorage.setItem('flow', JSON.stringify({ verifier, state }))
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))
  const request = new URLSearchParams({
    response_type: 'code',
    client_id: 'spa',
    redirect_uri: redirectUri,
    scope: 'read',
    state,
    code_challenge: base64url(new Uint8Array(hash)),
    code_challenge_method: 'S256',
  })
  location.assign('/oauth2/authorize?' + request)
}

async function finish(answer) {
  const flow = JSON.parse(sessionStorage.getItem('flow') ?? '{}')
  sessionStorage.removeItem('flow')
  history.replaceState(null, '', '/app')
  // An answer to another request, or from another server (RFC 9207), is nobody's business here.
  if (answer.get('state') !== flow.state || answer.get('iss') !== issuer) return 'Not signed in.'
  if (answer.has('error')) return 'Refused: ' + answer.get('error')
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: 'spa',
    code: answer.get('code'),
    redirect_uri: redirectUri,
    code_verifier: flow.verifier,
  })
  const tokens = await (await fetch('/oauth2/token', { method: 'POST', body })).json()
  if (tokens.error) return 'Refused: ' + tokens.error
  const me = await fetch('/api/me', { headers: { Authorization: 'Bearer ' + tokens.access_token } })
  return 'Signed in as ' + (await me.json()).user + '.'
}

document.querySelector('#sign-in').addEventListener('click', signIn)
const answer = new URLSearchParams(location.search)
if (answer.has('state')) document.querySelector('#who').textContent = await finish(answer)
`
