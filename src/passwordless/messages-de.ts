import type { PasswordlessMessages } from './messages.ts'

/** The texts about accounts without a password, in German. */
export const german: PasswordlessMessages = {
  title: 'Ohne Passwort anmelden',
  hint: 'Wer einen Passkey hat oder sich per Mail anmeldet, braucht kein Passwort: Was es nicht gibt, kann weder erraten noch gestohlen werden.',
  manage: 'Auf das Passwort verzichten',
  question:
    'Ihr Passwort wird entfernt. Danach melden Sie sich mit einem Passkey oder per Mail an; alles andere bleibt.',
  submit: 'Passwort entfernen',
  confirmFirst: 'Bestätigen Sie, dass Sie es sind, und entfernen Sie dann Ihr Passwort.',
  confirm: 'Bestätigen',
  lastWay: 'Ihr Passwort ist bisher Ihr einziger Weg, sich anzumelden. Fügen Sie zuerst einen anderen hinzu.',
  addPasskey: 'Passkey hinzufügen',
  addAddress: 'E-Mail-Adresse bestätigen',
  removed: 'Ihr Passwort ist entfernt.',
  none: 'Ihr Konto hat kein Passwort.',
  again: 'Wenn Sie wieder eines wollen, fordern Sie einen Link an, mit dem Sie es wählen.',
  askForLink: 'Mit einem Link ein Passwort wählen',
  back: 'Zurück zum Konto',
  signUpWithout: 'Konto ohne Passwort anlegen',
  signUpWith: 'Konto mit Passwort anlegen',
}
