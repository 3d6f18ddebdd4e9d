import { inLanguages } from '../ui/messages.ts'

const english = {
  title: 'Sign in without a password',
  hint: 'If you have a passkey or sign in by email, you need no password, and nobody can guess or steal one.',
  manage: 'Do without a password',
  question:
    'Your password will be removed. From then on you sign in with a passkey or by email; everything else stays.',
  submit: 'Remove the password',
  confirmFirst: 'Confirm that it is you, and then remove your password.',
  confirm: 'Confirm',
  lastWay: 'Your password is your only way to sign in so far. Add another one first.',
  addPasskey: 'Add a passkey',
  addAddress: 'Verify your email address',
  removed: 'Your password is removed.',
  none: 'Your account has no password.',
  again: 'If you want one again, ask for a link to choose it.',
  askForLink: 'Ask for a link',
  back: 'Back to your account',
  signUpWithout: 'Create the account without a password',
  signUpWith: 'Create the account with a password',
}

/** The texts about accounts without a password, in any language. */
export type PasswordlessMessages = typeof english

/** The texts about accounts without a password, in the language of a page. */
export const passwordlessMessages = inLanguages('passwordless', english)
