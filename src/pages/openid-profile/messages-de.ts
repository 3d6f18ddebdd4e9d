import type { ProfileMessages } from './messages-en.ts'

/** Die Texte der Seite mit dem Profil. */
export const german: ProfileMessages = {
  title: 'Profil',
  hint: 'Anwendungen, denen Sie es erlauben, dürfen diese Angaben lesen.',
  edit: 'Profil bearbeiten',
  submit: 'Speichern',
  saved: 'Ihr Profil ist gespeichert.',
  labels: {
    name: 'Name',
    given_name: 'Vorname',
    family_name: 'Nachname',
    nickname: 'Spitzname',
    birthdate: 'Geburtsdatum',
    zoneinfo: 'Zeitzone',
    locale: 'Sprache',
    website: 'Website',
    picture: 'Adresse eines Bildes',
    phone_number: 'Telefonnummer',
    street_address: 'Straße und Hausnummer',
    postal_code: 'Postleitzahl',
    locality: 'Ort',
    region: 'Region',
    country: 'Land',
  },
  problems: {
    text: 'Schreiben Sie eine Zeile mit höchstens 200 Zeichen.',
    birthdate: 'Schreiben Sie das Datum wie 1990-12-31 oder nur das Jahr.',
    zone: 'Schreiben Sie die Zeitzone wie Europe/Berlin.',
    locale: 'Schreiben Sie die Sprache wie de oder en-GB.',
    url: 'Schreiben Sie eine Webadresse wie https://example.org.',
    phone: 'Schreiben Sie die Nummer wie +49 30 123456.',
  },
}
