import type { Provider } from './provider.ts'

/** The sender or recipient of a mail. */
export interface MailAddress {
  readonly name: string
  /** It has one `@`, and no character that ends a line, a list or a quoted text. */
  readonly email: string
}

/** A mail, ready to be sent. No part contains a line break that could start a header. */
export interface Mail {
  readonly from: MailAddress
  /** One address. */
  readonly to: string
  readonly subject: string
  readonly text: string
  /** A complete document that loads nothing. */
  readonly html: string
}

/** How the provider sends mail. */
export interface Mailer {
  /**
   * Returns whether mail can be sent; pages offer what needs mail only then.
   * @throws {ConfigurationError} the settings ask for mail, but something is missing
   */
  readonly isReady: (provider: Provider) => boolean
  /** Sends a mail; an error is logged without the mail. */
  readonly send: (mail: Mail, provider: Provider) => Promise<void>
}
