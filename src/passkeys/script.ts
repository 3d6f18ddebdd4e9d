/**
 * The script of the pages with passkeys; they also work without it. Each button with `data-passkey`, the options as JSON, is
 * in a hidden element, which is shown if the browser supports it. A button with `data-again` signs in and is also offered in
 * the username field; its options are renewed after four minutes. The result goes into the form's field `credential`, as
 * JSON (WebAuthn Level 3 5.1).
 *
 * A password form on the page is told whether this device can keep a passkey (5.1.7), so that one is offered.
 */
export const PASSKEY_SCRIPT = `(async () => {
  const api = self.PublicKeyCredential
  if (!api?.parseRequestOptionsFromJSON || !api.parseCreationOptionsFromJSON) return
  let waiting
  let busy = false
  const run = async (button, mediation) => {
    const { again, passkey, since } = button.dataset
    if (again && since && Date.now() - since > 24e4) {
      button.dataset.passkey = await (await fetch(again)).text()
      button.dataset.since = Date.now()
    }
    waiting?.abort()
    waiting = new AbortController()
    const { signal } = waiting
    const options = JSON.parse(button.dataset.passkey)
    const credential = options.rp
      ? await navigator.credentials.create({ signal, publicKey: api.parseCreationOptionsFromJSON(options) })
      : await navigator.credentials.get({ signal, mediation, publicKey: api.parseRequestOptionsFromJSON(options) })
    const form = button.form
    form.elements.credential.value = JSON.stringify(credential)
    form.submit()
  }
  const offer = async (button) => {
    if (busy || !button.dataset.again || !(await api.isConditionalMediationAvailable?.())) return
    try {
      await run(button, 'conditional')
    } catch {}
  }
  for (const button of document.querySelectorAll('[data-passkey]')) {
    button.dataset.since = Date.now()
    button.closest('[hidden]').hidden = false
    const said = button.form.querySelector('output')
    button.addEventListener('click', async (event) => {
      event.preventDefault()
      said.hidden = busy = true
      try {
        await run(button, 'optional')
      } catch (error) {
        busy = said.hidden = error.name === 'AbortError'
        offer(button)
      }
    })
    offer(button)
    setInterval(() => offer(button), 25e4)
  }
  document.querySelectorAll('[data-no-passkey]').forEach((part) => part.remove())
  const password = document.querySelector('form input[name=password]')
  if (password && (await api.isUserVerifyingPlatformAuthenticatorAvailable())) {
    const field = Object.assign(document.createElement('input'), { type: 'hidden', name: 'can_passkey', value: 'yes' })
    password.form.append(field)
  }
})()
`
