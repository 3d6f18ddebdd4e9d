/** The texts about applications, in English. */
export const clientEnglish = {
  client: {
    about: (client: string) => `About ${client}:`,
    policy: 'Privacy policy',
    terms: 'Terms of service',
    contact: 'Contact',
    open: 'Open',
    openOf: (client: string) => `Open ${client}`,
  },
}
