import type { Provider, StepUp } from '../concepts.ts'
import { ownerOfSession } from '../http/anti-forgery.ts'
import { sessionRule } from '../http/browser-session.ts'
import { messagesOf } from '../pages/routes/respond.ts'
import type { PasskeyStore } from '../store/passkey-store.ts'
import { InlineScript } from '../ui/inline-script.tsx'
import { CREDENTIAL, PasskeyButton } from './button.tsx'
import { challengeOf, parseAssertion, verifyAssertion } from './ceremony.ts'
import { makeChallenge, openChallenge } from './challenge.ts'
import { passkeyMessages } from './messages.ts'
import { requestOptions } from './options.ts'
import { offersPasskeys, relyingPartyOf } from './relying-party.ts'
import { PASSKEY_SCRIPT } from './script.ts'

/** A passkey instead of the password, when a signed-in user who has one must authenticate again. */
export function passkeyStepUp(storeOf: (provider: Provider) => PasskeyStore): StepUp {
  return {
    field: CREDENTIAL,
    script: PASSKEY_SCRIPT,
    async render(c, session) {
      const provider = c.get('provider')
      if (!offersPasskeys(provider)) return null
      const own = await storeOf(provider).readPasskeys(session.id, sessionRule(c))
      if (!own || own.passkeys.length === 0) return null
      const { confirm } = messagesOf(c)
      const passkeys = passkeyMessages(messagesOf(c))
      const challenge = await makeChallenge('confirm', ownerOfSession(session.id), provider)
      return (
        <>
          <PasskeyButton
            options={requestOptions(challenge, relyingPartyOf(provider))}
            label={confirm.passkey}
            failed={passkeys.failed}
          />
          <InlineScript text={PASSKEY_SCRIPT} />
        </>
      )
    },
    async confirm(value, session, provider) {
      const assertion = parseAssertion(value)
      if (!offersPasskeys(provider) || !assertion) return false
      const challenge = challengeOf(assertion)
      const spend = await openChallenge(challenge, 'confirm', ownerOfSession(session.id), provider)
      const store = storeOf(provider)
      const found = spend && (await store.readPasskey(assertion.id))
      if (!spend || found?.user.id !== session.user.id) return false
      const { passkey } = found
      try {
        const use = await verifyAssertion(assertion, passkey, { challenge, ...relyingPartyOf(provider) })
        const noted = {
          credentialId: passkey.credentialId,
          userId: session.user.id,
          challenge: spend,
          ...use,
        }
        return await store.confirm(session.id, use.amr, noted, provider.request)
      } catch (error) {
        if (error instanceof TypeError) return false
        throw error
      }
    },
  }
}
