import type { PasskeyMessages } from './messages-en.ts'

/** The texts of passkeys, in German. */
export const german: PasskeyMessages = {
  title: 'Passkeys',
  hint: 'Melden Sie sich mit Fingerabdruck, Gesicht oder der PIN Ihres Geräts an.',
  manage: 'Passkeys verwalten',
  signIn: 'Mit einem Passkey anmelden',
  refused: 'Dieser Passkey wurde nicht angenommen.',
  refusedAdvice: 'Versuchen Sie es noch einmal, oder melden Sie sich anders an.',
  failed: 'Das hat nicht geklappt oder wurde abgebrochen. Sie können es noch einmal versuchen.',
  none: 'Sie haben noch keinen Passkey',
  noneHint:
    'Ein Passkey liegt in Ihrem Gerät oder Passwort-Manager, gilt nur auf dieser Seite und lässt sich nicht erraten.',
  unsupported:
    'Dieser Browser kann hier keine Passkeys anlegen. Ein neuerer kann es, mit eingeschaltetem JavaScript.',
  add: 'Passkey hinzufügen',
  added: 'Ihr Passkey ist hinzugefügt.',
  notAdded: 'Der Passkey wurde nicht hinzugefügt. Versuchen Sie es noch einmal.',
  tooMany: (most) => `Sie haben ${most} Passkeys: Entfernen Sie einen, bevor Sie einen weiteren hinzufügen.`,
  confirmFirst: 'Bestätigen Sie, dass Sie es sind, und ändern Sie dann Ihre Passkeys.',
  confirm: 'Bestätigen',
  created: 'Angelegt',
  lastUsed: 'Zuletzt genutzt',
  synced: 'Synchronisiert',
  yes: 'Ja',
  no: 'Nein, nur auf einem Gerät',
  name: 'Name des Passkeys',
  rename: 'Umbenennen',
  renameOf: (name) => `Umbenennen: ${name}`,
  save: 'Speichern',
  renamed: 'Der Passkey hat seinen neuen Namen.',
  badName: 'Nehmen Sie 1 bis 60 sichtbare Zeichen.',
  remove: 'Entfernen',
  removeOf: (name) => `Entfernen: ${name}`,
  removed: 'Der Passkey ist entfernt. Sie können ihn auch von Ihrem Gerät löschen.',
  kept: 'Das ist Ihr letzter Weg, sich anzumelden. Fügen Sie einen anderen hinzu, bevor Sie ihn entfernen.',
  back: 'Zurück zu Ihrem Konto',
  offerTitle: 'Nächstes Mal schneller anmelden?',
  offerText:
    'Legen Sie einen Passkey an, und nächstes Mal genügt Fingerabdruck, Gesicht oder die PIN Ihres Geräts. Ihr Passwort bleibt.',
  notNow: 'Nicht jetzt',
}
