import type { Context, Hono } from 'hono'
import type { Paths, ProviderEnv, SignInOption } from '../concepts.ts'
import { formOwner } from '../http/anti-forgery.ts'
import { giveSession } from '../http/browser-session.ts'
import { knownDevice, rememberDevice } from '../http/device.ts'
import { notifyOwner } from '../http/notify-owner.ts'
import { planSession, refuseSignIn } from '../pages/routes/login.ts'
import { messagesOf, seeOther, showNotFound, uiOf } from '../pages/routes/respond.ts'
import { nextUrl, readSignIn } from '../pages/routes/sign-in.ts'
import type { PasskeyStore } from '../store/passkey-store.ts'
import { Form } from '../ui/components.tsx'
import { InlineScript } from '../ui/inline-script.tsx'
import { CREDENTIAL, PasskeyButton } from './button.tsx'
import { type Assertion, challengeOf, parseAssertion, verifyAssertion } from './ceremony.ts'
import { makeChallenge, openChallenge } from './challenge.ts'
import { passkeyMessages } from './messages.ts'
import { requestOptions } from './options.ts'
import { offersPasskeys, relyingPartyOf, userHandleOf } from './relying-party.ts'
import { PASSKEY_SCRIPT } from './script.ts'

type Handling = Context<ProviderEnv>
type StoreOf = (c: Handling) => PasskeyStore

const signInUrl = (login: string): string => `${login}/passkey`

/** The button of the sign-in page, and the browser's offer in the username field. */
export const passkeyOption: SignInOption = {
  script: PASSKEY_SCRIPT,
  fillsUsername: true,
  hasTwoFactors: true,
  async render(c, request) {
    const provider = c.get('provider')
    if (!offersPasskeys(provider)) return null
    const passkeys = passkeyMessages(messagesOf(c))
    const action = signInUrl(provider.paths.login)
    return (
      <Form ui={await uiOf(c, { form: true })} action={action} fields={request === null ? {} : { request }}>
        <PasskeyButton
          options={await optionsFor(c)}
          label={passkeys.signIn}
          failed={passkeys.failed}
          again={action}
        />
        <InlineScript text={PASSKEY_SCRIPT} />
      </Form>
    )
  },
}

async function optionsFor(c: Handling): Promise<object> {
  const provider = c.get('provider')
  const challenge = await makeChallenge('sign in', await formOwner(c, true), provider)
  return requestOptions(challenge, relyingPartyOf(provider))
}

/** Adds `/login/passkey`: options for a page that has been open for a while, and the sign-in. */
export function addPasskeySignIn(app: Hono<ProviderEnv>, { login }: Paths, storeOf: StoreOf): void {
  for (const path of [signInUrl(login), `${signInUrl(login)}/`]) {
    app.get(path, async (c) =>
      offersPasskeys(c.get('provider'))
        ? c.json(await optionsFor(c), 200, {
            'Cache-Control': 'no-store',
            'X-Content-Type-Options': 'nosniff',
          })
        : showNotFound(c),
    )
    app.post(path, async (c) => (offersPasskeys(c.get('provider')) ? signIn(c, storeOf(c)) : showNotFound(c)))
  }
}

async function signIn(c: Handling, store: PasskeyStore): Promise<Response> {
  const read = await readSignIn(c)
  if (read instanceof Response) return read
  const { captured, form } = read
  const { emit } = c.get('provider')
  const refuse = async (detail: string): Promise<Response> => {
    emit({ type: 'sign_in_refused', detail: `passkey: ${detail}` })
    const passkeys = passkeyMessages(messagesOf(c))
    return refuseSignIn(c, captured, {
      kind: 'error',
      text: passkeys.refused,
      advice: passkeys.refusedAdvice,
    })
  }
  const assertion = parseAssertion(form.get(CREDENTIAL))
  if (!assertion) return refuse('the answer is malformed')
  const done = await useToSignIn(c, assertion, store)
  if ('problem' in done) return refuse(done.problem)
  if ((await knownDevice(c, done.username)) === null) notifyOwner(c, 'new_browser', done.userId)
  await giveSession(c, done.sessionId)
  await rememberDevice(c, done.username)
  emit({ type: 'signed_in', userId: done.userId })
  return seeOther(c, nextUrl(c, captured))
}

/** Reads the passkey, verifies its use and commits the sign-in, in two round trips, or none for a challenge that is not ours. */
async function useToSignIn(
  c: Handling,
  assertion: Assertion,
  store: PasskeyStore,
): Promise<
  | { readonly problem: string }
  | { readonly sessionId: string; readonly userId: string; readonly username: string }
> {
  const provider = c.get('provider')
  const challenge = challengeOf(assertion)
  const spend = await openChallenge(challenge, 'sign in', await formOwner(c, false), provider)
  if (!spend) return { problem: 'the challenge is not of this browser, or too old' }
  const found = await store.readPasskey(assertion.id)
  if (!found) return { problem: 'there is no such passkey, or its user may not sign in' }
  const { passkey, user } = found
  if (assertion.response.userHandle !== (await userHandleOf(user.id)))
    return { problem: 'it is of another user' }
  try {
    const use = await verifyAssertion(assertion, passkey, { challenge, ...relyingPartyOf(provider) })
    const { credentialId } = passkey
    const session = await planSession(c, user.id, use.amr)
    const noted = { credentialId, userId: user.id, challenge: spend, ...use }
    if (await store.signIn(session, noted, provider.request))
      return { sessionId: session.id, userId: user.id, username: user.username }
    return { problem: 'the challenge was spent, the counter went back, or the user was disabled' }
  } catch (error) {
    if (error instanceof TypeError) return { problem: error.message }
    throw error
  }
}
