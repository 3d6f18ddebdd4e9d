import { german as panel } from '../admin/german/index.ts'
import { german as device } from '../device/messages-de.ts'
import { german as guards } from '../guards/messages-de.ts'
import { german as mail } from '../letters/messages-de.ts'
import { german as notices } from '../notices/messages-de.ts'
import { german as ownData } from '../own-data/messages-de.ts'
import { german as demoOutbox } from '../pages/demo-outbox/messages-de.ts'
import { german as demo } from '../pages/demo/messages-de.ts'
import { german as profile } from '../pages/openid-profile/messages-de.ts'
import { german as passkeys } from '../passkeys/messages-de.ts'
import { german as passwordless } from '../passwordless/messages-de.ts'
import { german as secondFactor } from '../second-factor/messages-de.ts'
import { german as setup } from '../setup/messages-de.ts'
import { german as signInProviders } from '../sign-in-providers/messages-de.ts'
import { german as pages } from '../ui/messages-de.ts'
import type { Language } from './languages.ts'

/**
 * German, of every page and mail.
 * @example
 * const provider = createProvider({ features: [pages()], languages: [german] })
 */
export const german: Required<Language> = {
  tag: 'de',
  name: 'Deutsch',
  pages,
  panel,
  mail,
  notices,
  device,
  guards,
  ownData,
  passkeys,
  passwordless,
  profile,
  secondFactor,
  setup,
  signInProviders,
  demo,
  demoOutbox,
}
