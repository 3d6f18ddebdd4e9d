/** The texts in English: what every other language translates. */
export const english = {
  /** For `<html lang>` and for dates. */
  lang: 'en',
  common: {
    skip: 'Skip to content',
    error: 'Error',
    signOut: 'Sign out',
    signIn: 'Sign in',
    username: 'Username',
    email: 'Email (optional)',
    password: 'Password',
    yourAccount: 'Your account',
    utc: 'UTC',
    never: 'Never',
    unknown: 'Unknown',
    account: 'Account',
    panel: 'Administration',
    signedInAs: (username: string) => `Signed in as ${username}`,
  },
  login: {
    title: 'Sign in',
    continueTo: (client: string) => `to continue to ${client}`,
    submit: 'Sign in',
    wrong: 'Wrong username or password.',
    wrongAdvice: 'Check both, and whether Caps Lock is on.',
    throttled: (minutes: number) =>
      `Too many attempts. Try again in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.`,
    required: 'Sign in again to go on.',
    noAccount: 'No account yet?',
    signUp: 'Create one',
  },
  consent: {
    title: (client: string) => `Authorize ${client}`,
    asks: (client: string) => `${client} would like to access your data with the following permissions:`,
    choose: 'Untick what you do not want to allow.',
    before: (client: string) => `You have allowed ${client} before:`,
    beforeAdvice: 'What you untick now is no longer allowed.',
    authorize: 'Authorize',
    cancel: 'Cancel',
    website: 'Website',
    destination: 'Sends you back to',
    onDevice: 'an app on this device',
    deviceWarning: 'This request comes from an app on this device.',
    deviceAdvice: (client: string) =>
      `Nobody can tell here whether it really is ${client}. Authorize only if you have just started this yourself.`,
    somebodyElse: 'Not you?',
    after: (site: string) => `You can take this back at any time on your account page at ${site}.`,
  },
  handover: {
    title: 'One moment',
    text: (host: string) => `You are going back to ${host}.`,
    again: 'Nothing happens? Try again',
  },
  selectAccount: {
    title: 'Choose an account',
    submit: (username: string) => `Continue as ${username}`,
    other: 'Use another account',
    answered: (client: string) => `Your answer has already been sent to ${client}. You can go there again.`,
  },
  /** For scopes that the scope table does not describe. */
  scopes: { read: 'Read your data', write: 'Write your data' },
  logout: {
    title: 'Sign out?',
    askedBy: (application: string) => `${application} asks you to sign out here, too.`,
    asks: (username: string) =>
      `You are signed in as ${username}. Applications that you authorized keep their access.`,
    submit: 'Sign out',
    stay: 'Stay signed in',
    doneTitle: 'You are signed out',
    done: 'This browser has no access to your account any more.',
    back: (application: string) => `Back to ${application}`,
    again: 'Sign in again',
  },
  account: {
    title: 'Your account',
    applications: 'Applications',
    applicationsHint: 'They may use your data until you revoke their access.',
    noApplications: 'No application has access',
    noApplicationsHint: 'What you authorize will be listed here, and you can take it back here.',
    authorizedSince: 'Authorized since',
    lastUsed: 'Last used',
    revoke: 'Revoke',
    revokeOf: (client: string) => `Revoke the access of ${client}`,
    sessions: 'Sign-ins',
    sessionsHint: 'Browsers that are signed in to your account. End those that you do not know.',
    since: 'Since',
    lastSeen: 'Last seen',
    network: 'Network',
    thisOne: 'This browser',
    endSession: 'Sign out',
    endSessionOf: (device: string) => `Sign out ${device}`,
    endOthers: 'Sign out everywhere else',
    onlyThis: 'You are signed in nowhere else.',
    changePassword: 'Password',
    changePasswordHint: 'A new password ends your other sign-ins and the access of all applications.',
    currentPassword: 'Current password',
    newPassword: 'New password',
    repeatedPassword: 'New password again',
    changePasswordSubmit: 'Change password',
    accessEnded: (client: string, tokens: number) =>
      `Access of ${client} ended: ${tokens} ${tokens === 1 ? 'token' : 'tokens'} revoked.`,
    sessionEnded: 'That browser is signed out.',
    othersEnded: (sessions: number) =>
      sessions === 0
        ? 'You were signed in nowhere else.'
        : `${sessions === 1 ? 'One other browser is' : `${sessions} other browsers are`} signed out.`,
    passwordChanged:
      'Your password is changed. Other browsers are signed out, and applications have to ask again.',
    gone: 'That was over already; nothing had to be done.',
  },
  front: {
    title: 'Welcome',
    intro:
      'Here you have the account with which you sign in to applications, and decide what each of them may do.',
    admin: 'Admin panel',
    demo: 'Try the whole flow with the demo application',
  },
  signUp: {
    title: 'Create an account',
    submit: 'Create account',
    repeated: 'Password again',
    haveAccount: 'Already have an account?',
  },
  fields: {
    passwordHint: (least: number) =>
      `At least ${least} characters, without your username; nothing that everybody guesses first. A few unrelated words are easy to remember and hard to guess.`,
    problems: (count: number) =>
      count === 1 ? 'There is a problem with one field:' : `There are problems with ${count} fields:`,
    missing: 'Fill this in.',
    wrongPassword: 'This is not your current password.',
    tooShort: (least: number) => `Use at least ${least} characters.`,
    tooLong: (most: number) => `Use a shorter password: at most ${most} bytes.`,
    tooCommon: 'This password is easy to guess. Choose another one.',
    notText: 'This password holds a character that no keyboard has.',
    holdsName: 'Your username must not be part of your password.',
    notRepeated: 'The two passwords differ.',
    usernameHint:
      'One to 150 characters that can be seen, of any script. It must not look like the name of somebody else.',
    taken: 'This username is taken, or looks like one that is. Choose another one.',
    badUsername: 'Use 1 to 150 characters, all of which can be seen.',
    reservedUsername: 'This username is reserved. Choose another one.',
    emailTaken: 'Another account has this address already.',
    badEmail: 'Write an email address, as name@example.org.',
  },
  problems: {
    unauthorizedClient: {
      title: 'Unknown application',
      what: 'An unauthorized client tried to access your resources.',
      advice:
        'Nothing was shared. Go back to the application and try again; if this happens again, tell the people who run it.',
    },
    redirectMismatch: {
      title: 'Wrong return address',
      what: "The requested redirect didn't match the client settings.",
      advice:
        'Nothing was shared, and you were not sent on. If you came from an application that you trust, tell the people who run it.',
    },
    sessionExpired: {
      title: 'This took too long',
      what: 'Authorization session has expired.',
      advice: 'Go back to the application and start again. Nothing was shared.',
    },
    insecure: {
      title: 'This connection is not secure',
      what: 'A secure connection is required.',
      advice: 'Open the same address with https:// at its beginning.',
    },
    antiForgery: {
      title: 'This form is out of date',
      what: 'The form was opened too long ago, or you have signed in or out since.',
      advice: 'Go back, reload the page and send it again. Nothing was changed.',
    },
    invalidRequest: {
      title: 'This request cannot be answered',
      what: 'The application sent a request that is not correct.',
      advice:
        'Go back to the application and try again; if this happens again, tell the people who run it what is said here.',
    },
    throttled: {
      title: 'Too many attempts',
      what: 'Too many wrong passwords were tried.',
      advice: 'Wait ten minutes and try again.',
    },
    forbidden: {
      title: 'Not for this account',
      what: 'Your account may not do this.',
      advice: 'Sign in with another account, or ask the people who run this site.',
    },
    notFound: {
      title: 'Nothing here',
      what: 'There is no page at this address.',
      advice: 'Check the address, or go to your account.',
    },
    unavailable: {
      title: 'Not available at the moment',
      what: 'A part of this service does not answer.',
      advice: 'Nothing was changed. Wait a moment and try again.',
    },
    configuration: {
      title: 'Not set up correctly',
      what: 'configuration error',
      advice: 'The log names the setting that cannot be used.',
    },
    unexpected: {
      title: 'Something went wrong',
      what: 'An unexpected error stopped this request.',
      advice: 'Try again; if this happens again, tell the people who run this site the number below.',
    },
  },
  error: { detail: 'Details', id: 'Error number', home: 'Go to your account' },
  formPost: {
    title: 'One moment',
    text: (host: string) => `You are being sent back to ${host}.`,
    submit: 'Continue',
    refused: 'The return address is not a web address, so nothing was sent.',
  },
  demo: {
    title: 'Try the whole flow',
    intro:
      'You are the user and the application at once: sign in, give your consent, and redeem the code that comes back.',
    steps: [
      'Sign in as demo with the password demo',
      'Choose what the demo application may do',
      'Redeem the code, and use the tokens that it is worth',
    ],
    start: 'Start',
    callbackTitle: 'The application got a code',
    callbackText:
      'This page stands for the application. In real life it would redeem the code now, without showing it to anybody.',
    redeemForMe: 'Redeem for me',
    redeem: 'Or redeem it in a terminal; it works once:',
    tokensTitle: 'The application has its tokens',
    tokensText:
      'A real application keeps them on its server and shows them to nobody. Here you can try what they are good for.',
    noTokensTitle: 'The code was refused',
    noTokensText:
      'A code works once, for ten minutes. One that comes a second time may have been stolen, so the tokens of the first time no longer work.',
    callApi: 'Call an API with the access token:',
    introspect: 'Ask, as an API would, what the token is worth:',
    refresh: 'Get new tokens with the refresh token, before the access token expires:',
    revoke: 'Take everything back:',
    refusedTitle: 'The application got no code',
    refusedText: 'This page stands for the application. It was told why:',
    nothing: 'Nothing was sent to this page.',
    again: 'Start again',
  },
  device: {
    on: (browser: string, system: string) => `${browser} on ${system}`,
    unknown: 'Unknown browser',
  },
}
