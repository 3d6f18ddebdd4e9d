import type { consentEnglish } from './consent-messages-en.ts'

/** Texts of the consent page, in German. */
export const consentGerman: typeof consentEnglish = {
  title: (client) => `${client} Zugriff geben`,
  asks: (client) => `${client} möchte mit den folgenden Berechtigungen auf Ihre Daten zugreifen:`,
  choose: 'Entfernen Sie das Häkchen bei allem, was Sie nicht erlauben möchten.',
  before: (client) => `Sie haben ${client} schon früher erlaubt:`,
  beforeAdvice: 'Was Sie jetzt abwählen, ist nicht mehr erlaubt.',
  authorize: 'Erlauben',
  cancel: 'Abbrechen',
  website: 'Website',
  destination: 'Danach geht es zu',
  resources: 'Zugriff auf',
  origin: 'Beschrieben von',
  onDevice: (host) => `einer App auf diesem Gerät${host === null ? '' : ` (${host})`}`,
  deviceWarning: 'Diese Anfrage kommt von einer App auf diesem Gerät.',
  deviceAdvice: (client) =>
    `Ob es wirklich ${client} ist, lässt sich hier nicht feststellen. Erlauben Sie den Zugriff nur, wenn Sie dies gerade selbst begonnen haben.`,
  localAdvice: (client, host) =>
    `Jedes Programm auf diesem Gerät kann sich ${client} nennen: ${host} beschreibt es, sieht aber nicht, welches Programm fragt. Erlauben Sie den Zugriff nur, wenn Sie dies gerade selbst begonnen haben.`,
  elsewhere: (destination, host) => `Die Antwort geht zu ${destination}, und das ist nicht ${host}.`,
  elsewhereAdvice: (client) =>
    `Erlauben Sie den Zugriff nur, wenn Sie wissen, dass ${client} diese Adresse verwendet.`,
  somebodyElse: 'Nicht Sie?',
  after: ['Das können Sie jederzeit auf ', 'Ihrer Kontoseite', ' widerrufen.'],
}
