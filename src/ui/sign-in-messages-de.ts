import type { englishSignIn } from './sign-in-messages-en.ts'

/** The texts of being authenticated again, in German. */
export const germanSignIn: typeof englishSignIn = {
  confirm: {
    title: 'Bestätigen Sie, dass Sie es sind',
    text: 'Ihre Anmeldung ist eine Weile her. Bestätigen Sie, dass Sie es sind, bevor es weitergeht.',
    submit: 'Weiter',
    passkey: 'Passkey benutzen',
    help: 'Wenn das nicht geht, können die Betreiber dieses Dienstes Ihren Zugang wiederherstellen.',
    cancel: 'Abbrechen',
    wrong: 'Das ist nicht Ihr Passwort.',
    refused: 'Das wurde nicht angenommen. Versuchen Sie es noch einmal oder auf einem anderen Weg.',
  },
}
