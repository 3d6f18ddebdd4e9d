/** The texts of mails about an account, in English. */
export const english = {
  /** Of the link to the account. */
  manage: 'See activity and data',
  account_linked: {
    subject: (site: string) => `New way to sign in to your account at ${site}`,
    text: (device: string) =>
      `An account elsewhere was just connected to your account, in ${device}. It signs in here from now on.`,
  },
  locked: {
    subject: (site: string) => `Somebody is guessing the password of your account at ${site}`,
    text: (minutes: number) =>
      `The password of your account was entered wrongly many times. So for up to ${minutes} minutes nobody can sign in with it in a browser or an application that is new to your account. Browsers in which you have signed in before still work.`,
    link: 'Sign in',
    advice:
      'If it was you, wait, and try again. If it was not, nobody has got in, and there is nothing you need to do.',
  },
  new_browser: {
    subject: (site: string) => `New sign-in to your account at ${site}`,
    text: (device: string) =>
      `Somebody has just signed in to your account with a browser that was not used for it before: ${device}.`,
  },
  passkey_added: {
    subject: (site: string) => `New passkey for your account at ${site}`,
    text: (device: string) => `A passkey was just added to your account, in ${device}.`,
  },
  password_changed: {
    subject: (site: string) => `New password for your account at ${site}`,
    text: (device: string) => `The password of your account was just changed, in ${device}.`,
  },
  password_removed: {
    subject: (site: string) => `Password removed from your account at ${site}`,
    text: (device: string) => `The password of your account was just removed, in ${device}.`,
  },
  second_factor_added: {
    subject: (site: string) => `Two-step sign-in for your account at ${site}`,
    text: (device: string) => `Two-step sign-in was just turned on for your account, in ${device}.`,
  },
  second_factor_removed: {
    subject: (site: string) => `No two-step sign-in for your account at ${site}`,
    text: (device: string) => `Two-step sign-in was just turned off for your account, in ${device}.`,
  },
  deletion_asked: {
    subject: (site: string) => `Your account at ${site} will be deleted`,
    text: (device: string) =>
      `The deletion of your account was just requested, in ${device}. To keep it, sign in.`,
  },
}

/** The texts of mails about an account, in any language. */
export type NoticeMessages = typeof english
