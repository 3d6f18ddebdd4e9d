import type { NoticeMessages } from './messages-en.ts'

/** The texts of mails about an account, in German. */
export const german: NoticeMessages = {
  /** Of the link to the account. */
  manage: 'Aktivität und Daten ansehen',
  account_linked: {
    subject: (site) => `Neue Möglichkeit zur Anmeldung an Ihrem Konto bei ${site}`,
    text: (device) =>
      `Gerade wurde Ihr Konto mit einem Konto bei einem anderen Anbieter verknüpft, mit dem man sich nun auch hier anmelden kann: ${device}.`,
  },
  locked: {
    subject: (site) => `Jemand rät das Passwort Ihres Kontos bei ${site}`,
    text: (minutes) =>
      `Das Passwort Ihres Kontos wurde viele Male falsch eingegeben. Deshalb kann sich höchstens ${minutes} Minuten lang niemand damit in einem Browser oder einer Anwendung anmelden, die für Ihr Konto neu sind. Browser, in denen Sie sich schon angemeldet haben, funktionieren weiter.`,
    link: 'Anmelden',
    advice:
      'Wenn Sie es waren, warten Sie und versuchen Sie es noch einmal. Wenn nicht, ist niemand hineingekommen, und Sie müssen nichts tun.',
  },
  new_browser: {
    subject: (site) => `Neue Anmeldung an Ihrem Konto bei ${site}`,
    text: (device) =>
      `Gerade hat sich jemand an Ihrem Konto mit einem Browser angemeldet, der dafür noch nicht benutzt wurde: ${device}.`,
  },
  passkey_added: {
    subject: (site) => `Neuer Passkey für Ihr Konto bei ${site}`,
    text: (device) => `Ihrem Konto wurde gerade ein Passkey hinzugefügt: ${device}.`,
  },
  password_changed: {
    subject: (site) => `Neues Passwort für Ihr Konto bei ${site}`,
    text: (device) => `Das Passwort Ihres Kontos wurde gerade geändert: ${device}.`,
  },
  password_removed: {
    subject: (site) => `Passwort Ihres Kontos bei ${site} entfernt`,
    text: (device) => `Das Passwort Ihres Kontos wurde gerade entfernt: ${device}.`,
  },
  second_factor_added: {
    subject: (site) => `Anmeldung in zwei Schritten für Ihr Konto bei ${site}`,
    text: (device) => `Für Ihr Konto wurde gerade die Anmeldung in zwei Schritten eingeschaltet: ${device}.`,
  },
  second_factor_removed: {
    subject: (site) => `Keine Anmeldung in zwei Schritten mehr für Ihr Konto bei ${site}`,
    text: (device) => `Für Ihr Konto wurde gerade die Anmeldung in zwei Schritten ausgeschaltet: ${device}.`,
  },
  deletion_asked: {
    subject: (site) => `Ihr Konto bei ${site} wird gelöscht`,
    text: (device) =>
      `Gerade wurde die Löschung Ihres Kontos beantragt: ${device}. Um es zu behalten, melden Sie sich an.`,
  },
}
