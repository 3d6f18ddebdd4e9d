import { clientDoctor } from '../../src/client-doctor/index.ts'
import { guards } from '../../src/guards/index.ts'
import { addresses } from '../../src/provider/addresses.ts'
import { admin } from '../../src/provider/admin.ts'
import { clientIdMetadata } from '../../src/provider/client-id-metadata.ts'
import { deviceFlow } from '../../src/provider/device.ts'
import { german } from '../../src/provider/german.ts'
import { identityAssertions } from '../../src/provider/identity-assertions.ts'
import { invitations } from '../../src/provider/invitations.ts'
import type { Language } from '../../src/provider/languages.ts'
import { mail } from '../../src/provider/mail.ts'
import { notices } from '../../src/provider/notices.ts'
import { openid } from '../../src/provider/openid.ts'
import { ownData } from '../../src/provider/own-data.ts'
import { passkeys } from '../../src/provider/passkeys.ts'
import { passwordless } from '../../src/provider/passwordless.ts'
import { recovery } from '../../src/provider/recovery.ts'
import { registration } from '../../src/provider/registration.ts'
import { resources } from '../../src/provider/resources.ts'
import { secondFactor } from '../../src/provider/second-factor.ts'
import { setup } from '../../src/provider/setup.ts'
import { signInProviders } from '../../src/provider/sign-in-providers.ts'
import { pages } from '../../src/public.ts'
import { type Ask, embedded } from './embedded.ts'
import { textsOf } from './german.ts'
import { wide } from './languages.ts'

/** A Worker with every feature that has texts, which speaks English and these languages. */
export function speaking(languages: readonly Language[]): Ask {
  const features = [
    pages(),
    admin(),
    mail(),
    passwordless(),
    addresses(),
    recovery(),
    guards(),
    invitations(),
    openid(),
    passkeys(),
    signInProviders(),
    secondFactor(),
    ownData(),
    notices(),
    registration(),
    clientIdMetadata(),
    clientDoctor(),
    deviceFlow(),
    resources(),
    identityAssertions(),
    setup(),
  ]
  return embedded({ features, languages })
}

/** A Worker that speaks a third language. */
export const sendToThird: Ask = speaking([german, wide])

/** What records and others say. */
const DATA = /^(?:alice|app\.example|client_id|error|error_description|read)$/

/** Texts of a page that are not in the third language, but for times, scripts and data. */
export function plainOf(html: string): readonly string[] {
  const shown = html
    .replaceAll(/<(time|script)\b[^>]*>.*?<\/\1>/gs, '<>')
    .replaceAll(/<a\b[^>]*\blang="de"[^>]*>.*?<\/a>/gs, '<>')
  return textsOf(shown).filter((text) => /[a-z]{2}/i.test(text) && !DATA.test(text))
}
