/** The texts of mails and the pages around them, in English. */
export const english = {
  mail: {
    minutes: (minutes: number) => `This works once, for ${minutes} minutes.`,
    aWeek: 'This works once, for a week.',
    aDay: 'This works once, for a day.',
    ignore: 'If you did not ask for this, ignore this email: nothing will change.',
    notYou:
      'If this was not you, somebody else may have access to your account. Tell the people who run this service at once.',
    identifier: 'Username or email address',
    spam: 'If it does not arrive, check your spam folder, too.',
    back: 'Back to the sign-in page',
    deadTitle: 'This link does not work',
    deadText: 'It has already been used, or has expired.',
  },
  addresses: {
    title: 'Email address',
    hint: 'We write to this address when you need a way back into your account.',
    manage: 'Manage your email address',
    verified: 'Verified',
    notVerified: 'Not verified',
    proveHint: 'Confirm that this address is yours: we will send it a code.',
    send: 'Send a code',
    sendTo: 'Send a code to this address',
    sentTo: (address: string) =>
      `We have sent a code to ${address}. It is valid for ten minutes. If it does not arrive, check your spam folder, too.`,
    code: 'Code from the email',
    confirm: 'Confirm',
    again: 'Send another code',
    later: 'Later',
    add: 'Add an address',
    change: 'Use another address',
    newAddress: 'New email address',
    changeHint: 'It replaces your current address once you enter the code that we send to it.',
    confirmFirst: 'You signed in a while ago. First confirm that it is you.',
    confirmIt: 'Confirm that it is you',
    confirmTitle: 'Confirm your email address',
    confirmText: (address: string, username: string) =>
      `Use ${address} as the email address of your account ${username}?`,
    signedOutText: 'You are not signed in with this browser.',
    signedOutAdvice:
      'Sign in and open the link again, or enter the code from the email where you asked for it.',
    deadAdvice: 'Ask for a new code.',
    codeGone: 'That code has expired. Ask for a new one.',
    wrongCode: 'This is not the code. After five tries you need a new one.',
    taken: 'Another account already has this address.',
    tooMany: 'You have asked for too many emails. Try again later.',
    done: (address: string) => `${address} is the verified address of your account.`,
    letter: {
      subject: (code: string, site: string) => `${code} is your code for ${site}`,
      text: (site: string) => `Enter this code to confirm your email address for ${site}:`,
      link: 'Or open this link in the browser in which you are signed in',
    },
    changed: {
      subject: (site: string) => `Your email address for ${site} was changed`,
      text: (site: string, address: string) =>
        `The email address of your account for ${site} is now ${address}. We write to that address from now on.`,
    },
  },
  recovery: {
    offer: 'Forgot your password?',
    title: 'Forgot your password?',
    hint: 'We will send you a link to choose a new one.',
    submit: 'Send the link',
    sentTitle: 'Check your email',
    sent: 'If there is such an account and it has an email address, a link to choose a new password is on its way.',
    newTitle: 'Choose a new password',
    newHint: (username: string) =>
      `For the account ${username}. This signs out other browsers, and applications have to ask again.`,
    passkey: (name: string) => `Passkey: ${name}`,
    linkedAccount: (provider: string, name: string) => `${provider}: ${name}`,
    others: 'You can also sign in with these. Check the ones that you know: the others are removed.',
    byMail: 'Choose a password by email, and sign in with it',
    again: 'Ask for another link',
    done: 'Your password is changed. Sign in with it.',
    letter: {
      subject: (site: string) => `A new password for ${site}`,
      text: (site: string) =>
        `Somebody, hopefully you, has forgotten the password of your account for ${site}.`,
      link: 'Choose a new password',
    },
    changed: {
      subject: (site: string) => `Your password for ${site} was changed`,
      text: (site: string) =>
        `The password of your account for ${site} was changed by a link that we sent to this address.`,
    },
  },
  backIn: {
    hint: (username: string) => `Sign in to the account ${username} with this browser.`,
    letter: {
      subject: (site: string) => `Sign in to ${site}`,
      text: (site: string) => `The people who run ${site} have let you back into your account.`,
      link: 'Sign in',
    },
  },
  signInLink: {
    title: 'Sign in by email',
    hint: 'We will send you a code and a link to sign in with.',
    submit: 'Send the email',
    codeTitle: 'Check your email',
    sent: 'If there is such an account and it has an email address, a code is on its way. Enter it here, or open the link from the email in this browser. If it does not arrive, check your spam folder, too.',
    wrongCode: 'This is not the code, or it has expired. After five tries you need a new one.',
    enterHint: 'Continue to sign in with this browser.',
    otherBrowser:
      'It works only in the browser in which you asked for it. Enter the code from the email there.',
    otherMail: 'This link is not from the last email that you asked for in this browser.',
    letter: {
      subject: (site: string) => `Sign in to ${site}`,
      text: (site: string) => `Enter this code where you want to sign in to ${site}:`,
      link: 'Or open this link in the same browser',
      secret: 'Do not give the code to anybody, and do not enter it anywhere else.',
    },
  },
  invitations: {
    closedTitle: 'By invitation only',
    closed: 'You need an invitation to create an account. Ask the people who run this service for one.',
    askHint: (domains: readonly string[]) =>
      `We will send you a link to create your account. Your address must be at ${domains.join(' or ')}.`,
    ask: 'Send the link',
    otherDomain: (domains: readonly string[]) => `Use an address at ${domains.join(' or ')}.`,
    sent: 'A link to create your account is on its way.',
    letter: {
      subject: (site: string) => `Your invitation to ${site}`,
      text: (site: string) => `You are invited to create an account for ${site}.`,
      link: 'Create your account',
    },
  },
}

/** The texts of mails and the pages around them, in any language. */
export type MailMessages = typeof english
