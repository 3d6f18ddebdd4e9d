import { german as germanPanel } from '../../src/admin/german/index.ts'
import { deviceMessages } from '../../src/device/messages.ts'
import { guardMessages } from '../../src/guards/messages.ts'
import { mailMessages } from '../../src/letters/messages.ts'
import { noticeMessages } from '../../src/notices/messages.ts'
import { ownDataMessages } from '../../src/own-data/messages.ts'
import { outboxMessages } from '../../src/pages/demo-outbox/messages.ts'
import { demoMessages } from '../../src/pages/demo/messages.ts'
import { profileMessages } from '../../src/pages/openid-profile/messages.ts'
import { passkeyMessages } from '../../src/passkeys/messages.ts'
import { passwordlessMessages } from '../../src/passwordless/messages.ts'
import { german } from '../../src/provider/german.ts'
import { type Language, resolveLanguages } from '../../src/provider/languages.ts'
import { secondFactorMessages } from '../../src/second-factor/messages.ts'
import { setupMessages } from '../../src/setup/messages.ts'
import { signInProviderMessages } from '../../src/sign-in-providers/messages.ts'
import { type Messages, messagesFor } from '../../src/ui/messages.ts'

/** A provider that speaks German, too. */
export const SPEAKS_GERMAN = { languages: resolveLanguages([german]) }

/** The texts of pages in German. */
export const germanMessages: Messages = messagesFor('de', SPEAKS_GERMAN)

/** What chooses the texts of each feature that has some, by the member of a language that has them. */
export const FEATURE_TEXTS = {
  demo: demoMessages,
  demoOutbox: outboxMessages,
  device: deviceMessages,
  guards: guardMessages,
  mail: mailMessages,
  notices: noticeMessages,
  ownData: ownDataMessages,
  passkeys: passkeyMessages,
  passwordless: passwordlessMessages,
  profile: profileMessages,
  secondFactor: secondFactorMessages,
  setup: setupMessages,
  signInProviders: signInProviderMessages,
} satisfies {
  [Name in Exclude<keyof Language, 'name' | 'pages' | 'panel' | 'tag'>]-?: (
    page: Messages,
  ) => NonNullable<Language[Name]>
}

/** Writes a text in wide letters: what a page has in others is not of this language. */
export function widen(text: string): string {
  return text.replaceAll(/[a-z]/gi, (letter) => String.fromCodePoint(letter.charCodeAt(0) + 0xfe_e0))
}

/** The same with every text of a tree, those among them that functions make. */
function widened<T>(tree: T): T
function widened(tree: unknown): unknown {
  if (typeof tree === 'string') return widen(tree)
  if (typeof tree === 'function') {
    return (...values: readonly unknown[]): unknown => widened<unknown>(Reflect.apply(tree, null, values))
  }
  if (Array.isArray(tree)) return tree.map((each: unknown) => widened(each))
  return Object.fromEntries(Object.entries(tree ?? {}).map(([name, value]) => [name, widened(value)]))
}

/** The texts of pages in English. */
export const english: Messages = messagesFor('en', { languages: [] })

const { lang: _lang, name: _name, ...englishPages } = english

/** The keys of the panel, as what they stand for. */
const widePanel = Object.fromEntries(
  Object.keys(germanPanel).map((key) => [key, widen(key).replace(/ …$/, '').replaceAll('{}', '{=}')]),
)

/** A whole language in one object: English in wide letters, under the tag of a third one. */
export const wide: Required<Language> = {
  tag: 'fr',
  name: widen('Wide'),
  pages: widened(englishPages),
  panel: widePanel as typeof germanPanel,
  demo: widened(demoMessages(english)),
  demoOutbox: widened(outboxMessages(english)),
  device: widened(deviceMessages(english)),
  guards: widened(guardMessages(english)),
  mail: widened(mailMessages(english)),
  notices: widened(noticeMessages(english)),
  ownData: widened(ownDataMessages(english)),
  passkeys: widened(passkeyMessages(english)),
  passwordless: widened(passwordlessMessages(english)),
  profile: widened(profileMessages(english)),
  secondFactor: widened(secondFactorMessages(english)),
  setup: widened(setupMessages(english)),
  signInProviders: widened(signInProviderMessages(english)),
}
