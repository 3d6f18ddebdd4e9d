import { clientEnglish } from './client-messages-en.ts'
import { consentEnglish } from './consent-messages-en.ts'
import { englishSignIn } from './sign-in-messages-en.ts'

/** The texts in English: what every other language translates. */
export const english = {
  /** For `<html lang>` and for dates. */
  lang: 'en',
  /** Of the language, in itself. */
  name: 'English',
  common: {
    skip: 'Skip to content',
    error: 'Error',
    language: 'Language',
    signOut: 'Sign out',
    signIn: 'Sign in',
    username: 'Username',
    email: 'Email (optional)',
    password: 'Password',
    backToAccount: 'Back to your account',
    yourAccount: 'Your account',
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
    or: 'or',
    identifier: 'Email or username',
    wrong: 'Wrong username or password.',
    wrongAdvice: 'Check both, and whether Caps Lock is on.',
    throttled: (minutes: number) =>
      `Too many attempts. Try again in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.`,
    required: 'Sign in again to continue.',
    noAccount: 'No account yet?',
    signUp: 'Create one',
  },
  consent: consentEnglish,
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
    done: 'This browser no longer has access to your account.',
    back: (application: string) => `Back to ${application}`,
    again: 'Sign in again',
  },
  account: {
    title: 'Your account',
    contents: 'On this page',
    groups: { profile: 'Profile', security: 'Sign-in and security', data: 'Activity and your data' },
    applications: 'Applications',
    applicationsHint: 'They may use your data until you revoke their access.',
    noApplications: 'No application has access',
    noApplicationsHint:
      'The applications that you authorize are listed here, and you can revoke their access.',
    authorizedSince: 'Authorized since',
    lastUsed: 'Last used',
    repeatedElsewhere: 'This application’s access was also used from another network.',
    repeatedElsewhereAdvice:
      'This can happen when a phone changes networks. If you cannot explain it, revoke the access: the application then has to ask you again.',
    repeatedElsewhereAt: 'From another network',
    revoke: 'Revoke',
    revokeAsks: (client: string) => `${client} loses its access at once, and has to ask you again.`,
    revokeNow: 'Revoke the access',
    revokeOf: (client: string) => `Revoke the access of ${client}`,
    sessions: 'Sign-ins',
    sessionsHint: 'Browsers that are signed in to your account. Sign out those that you do not recognize.',
    since: 'Since',
    lastSeen: 'Last seen',
    network: 'Network',
    place: 'Place',
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
    gone: 'That had already ended, so there was nothing to do.',
  },
  front: {
    title: 'Welcome',
    intro: 'Your account here signs you in to applications, and you decide what each of them may do.',
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
    emailAddress: 'Email address',
    knownPassword: 'This password is known from a breach of another site. Choose another one.',
    invitationOver: 'It has already been used, or has expired.',
    passwordHint: (least: number) =>
      `At least ${least} characters, without your username. A few unrelated words are easy to remember and hard to guess.`,
    problems: (count: number) =>
      count === 1 ? 'There is a problem with one field:' : `There are problems with ${count} fields:`,
    missing: 'Fill this in.',
    wrongPassword: 'This is not your current password.',
    tooShort: (least: number) => `Use at least ${least} characters.`,
    tooLong: (most: number) => `Use a shorter password: at most ${most} bytes.`,
    tooCommon: 'This password is easy to guess. Choose another one.',
    notText: 'This password contains a character that no keyboard has.',
    holdsName: 'Your username must not be part of your password.',
    notRepeated: 'The two passwords differ.',
    usernameHint: 'One to 150 visible characters, in any script. It must not look like somebody else’s name.',
    taken: 'This username is taken, or looks like one that is. Choose another one.',
    badUsername: 'Use 1 to 150 visible characters.',
    notAnAddress: 'Choose a username that is not an email address.',
    reservedUsername: 'This username is reserved. Choose another one.',
    emailTaken: 'Another account already has this address.',
    badEmail: 'Enter an email address such as name@example.org.',
  },
  problems: {
    unauthorizedClient: {
      title: 'Unknown application',
      what: 'This site does not know the application that sent you here.',
      advice:
        'Nothing was shared. Go back to the application and try again; if this happens again, tell the people who run it.',
    },
    redirectMismatch: {
      title: 'Wrong return address',
      what: 'The application asked to send you to an address that it has not registered.',
      advice:
        'Nothing was shared, and you were not sent on. If you came from an application that you trust, tell the people who run it.',
    },
    clientDocument: {
      title: 'This application cannot be recognized',
      what: 'The document that describes the application cannot be used.',
      advice:
        'Nothing was shared. Go back to the application and try again later; if this happens again, tell the people who run it.',
    },
    sessionExpired: {
      title: 'This took too long',
      what: 'The application’s request has expired.',
      advice: 'Go back to the application and start again. Nothing was shared.',
    },
    insecure: {
      title: 'This connection is not secure',
      what: 'This page needs a secure connection.',
      advice: 'Open the same address, starting with https://.',
    },
    antiForgery: {
      title: 'This form is out of date',
      what: 'The form was opened too long ago, or you have signed in or out since.',
      advice: 'Go back, reload the page and send it again. Nothing was changed.',
    },
    invalidRequest: {
      title: 'This request cannot be answered',
      what: 'The application sent an invalid request.',
      advice:
        'Go back to the application and try again; if this happens again, tell the people who run it what this page says.',
    },
    throttled: {
      title: 'Too many attempts',
      what: 'There were too many attempts.',
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
      what: 'Part of this service is not responding.',
      advice: 'Nothing was changed. Wait a moment and try again.',
    },
    unexpected: {
      title: 'Something went wrong',
      what: 'An unexpected error stopped this request.',
      advice: 'Try again; if this happens again, tell the people who run this site the reference below.',
    },
  },
  error: { detail: 'Details for developers', id: 'Reference', home: 'Go to your account' },
  formPost: {
    title: 'One moment',
    text: (host: string) => `You are being sent back to ${host}.`,
    submit: 'Continue',
    refused: 'The return address is not a web address, so nothing was sent.',
  },
  device: {
    on: (browser: string, system: string) => `${browser} on ${system}`,
    unknown: 'Unknown browser',
  },
  ...clientEnglish,
  ...englishSignIn,
}
