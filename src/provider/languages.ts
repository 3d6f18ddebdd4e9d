import type { PanelMessages } from '../admin/words.ts'
import type { Provider, SettingRows } from '../concepts.ts'
import type { DeviceMessages } from '../device/messages-en.ts'
import { ConfigurationError } from '../errors.ts'
import type { GuardMessages } from '../guards/messages.ts'
import type { MailMessages } from '../letters/messages-en.ts'
import type { NoticeMessages } from '../notices/messages-en.ts'
import type { OwnDataMessages } from '../own-data/messages-en.ts'
import type { OutboxMessages } from '../pages/demo-outbox/messages.ts'
import type { DemoMessages } from '../pages/demo/messages.ts'
import type { ProfileMessages } from '../pages/openid-profile/messages-en.ts'
import type { PasskeyMessages } from '../passkeys/messages-en.ts'
import type { PasswordlessMessages } from '../passwordless/messages.ts'
import type { SecondFactorMessages } from '../second-factor/messages-en.ts'
import type { SetupMessages } from '../setup/messages-en.ts'
import type { SignInProviderMessages } from '../sign-in-providers/messages-en.ts'
import type { Messages, PageMessages } from '../ui/messages.ts'

/** A language besides English. If it leaves out a feature, that feature is in English. */
export interface Language {
  /** As RFC 5646 writes it, such as `fr` or `pt-BR`. */
  readonly tag: string
  /** Of the language, in itself. */
  readonly name: string
  /** Texts of the pages that every provider with pages has. */
  readonly pages: PageMessages
  /** What takes the place of each text of the panel, `admin()`. */
  readonly panel?: PanelMessages
  /** Of mails and the pages around them: `addresses()`, `invitations()`, `notices()` and `recovery()`. */
  readonly mail?: MailMessages
  /** Of mails about an account, `notices()`. */
  readonly notices?: NoticeMessages
  /** Of `deviceFlow()`. */
  readonly device?: DeviceMessages
  /** Of `guards()`. */
  readonly guards?: GuardMessages
  /** Of `ownData()`. */
  readonly ownData?: OwnDataMessages
  /** Of `passkeys()`. */
  readonly passkeys?: PasskeyMessages
  /** Of `passwordless()`. */
  readonly passwordless?: PasswordlessMessages
  /** Of the profile, `openid()`. */
  readonly profile?: ProfileMessages
  /** Of `secondFactor()`. */
  readonly secondFactor?: SecondFactorMessages
  /** Of `setup()`. */
  readonly setup?: SetupMessages
  /** Of `signInProviders()`. */
  readonly signInProviders?: SignInProviderMessages
  /** Of `demo()`. */
  readonly demo?: DemoMessages
  /** Of the local demo's mail, `mail()`. */
  readonly demoOutbox?: OutboxMessages
}

/**
 * Languages as pages read them.
 * @throws {ConfigurationError} one has no tag, or that of another
 */
export function resolveLanguages(languages: readonly Language[]): Provider['languages'] {
  const tags = ['en', ...languages.map(({ tag }) => tag)]
  const wrong = tags.find((tag, index) => !isTag(tag) || tags.indexOf(tag) < index)
  if (wrong !== undefined) {
    throw new ConfigurationError(
      'languages',
      `hold ${JSON.stringify(wrong)}, which is there already, or no tag such as fr or pt-BR (RFC 5646)`,
    )
  }
  return Object.freeze(
    languages.map(({ name, pages, tag, ...features }): Messages =>
      Object.freeze({ ...pages, lang: tag, name, features }),
    ),
  )
}

/** Returns whether a tag is written as RFC 5646 does; dates and numbers follow it. */
function isTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag)[0] === tag
  } catch {
    return false
  }
}

/**
 * Checks settings that name a language.
 * @throws {ConfigurationError} one that the provider does not speak
 */
export function checkLanguages(
  rows: SettingRows,
  values: Provider['featureSettings'],
  languages: Provider['languages'],
): void {
  const tags = ['en', ...languages.map(({ lang }) => lang)]
  for (const [option, { unit, variable }] of Object.entries(rows)) {
    const tag = String(values[option])
    if (unit === 'language' && !tags.includes(tag)) {
      throw new ConfigurationError(variable, `holds ${JSON.stringify(tag)}; it may hold ${tags.join(', ')}`)
    }
  }
}
