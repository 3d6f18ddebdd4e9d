/** The texts of being authenticated again. */
export const englishSignIn = {
  confirm: {
    title: 'Confirm that it is you',
    text: 'You signed in a while ago. Confirm that it is you before you go on.',
    submit: 'Continue',
    passkey: 'Use a passkey',
    help: 'If nothing here works for you, the people who run this service can let you back in.',
    cancel: 'Cancel',
    wrong: 'This is not your password.',
    refused: 'This was not accepted. Try again, or choose another way.',
  },
}
