/** Texts of the consent page, in English. */
export const consentEnglish = {
  title: (client: string) => `Authorize ${client}`,
  asks: (client: string) => `${client} would like to access your data with the following permissions:`,
  choose: 'Uncheck what you do not want to allow.',
  before: (client: string) => `You have allowed ${client} before:`,
  beforeAdvice: 'What you uncheck now is no longer allowed.',
  authorize: 'Authorize',
  cancel: 'Cancel',
  website: 'Website',
  destination: 'Sends you back to',
  resources: 'Access to',
  origin: 'Described by',
  onDevice: (host: string | null) => `an app on this device${host === null ? '' : ` (${host})`}`,
  deviceWarning: 'This request comes from an app on this device.',
  deviceAdvice: (client: string) =>
    `Nobody can tell here whether it really is ${client}. Authorize only if you have just started this yourself.`,
  localAdvice: (client: string, host: string) =>
    `Any program on this device can say that it is ${client}: ${host} describes it, but does not see which program asks. Authorize only if you have just started this yourself.`,
  elsewhere: (destination: string, host: string) =>
    `The answer goes to ${destination}, which is not ${host}.`,
  elsewhereAdvice: (client: string) => `Authorize only if you know that ${client} uses this address.`,
  somebodyElse: 'Not you?',
  /** Around a link to the account page. */
  after: ['You can withdraw this at any time on ', 'your account page', '.'],
}
