import type { clientEnglish } from './client-messages-en.ts'

/** The texts about applications, in German. */
export const clientGerman: typeof clientEnglish = {
  client: {
    about: (client: string) => `Über ${client}:`,
    policy: 'Datenschutz',
    terms: 'Nutzungsbedingungen',
    contact: 'Kontakt',
    open: 'Öffnen',
    openOf: (client: string) => `Öffnen: ${client}`,
  },
}
