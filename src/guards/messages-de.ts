import type { GuardMessages } from './messages.ts'

/** The texts of the guards, in German. */
export const german: GuardMessages = {
  noScript:
    'Bevor dieses Formular abgeschickt wird, wird geprüft, ob Sie ein Mensch sind. Das braucht JavaScript: Schalten Sie es ein und laden Sie die Seite neu.',
  refused: 'Die Prüfung, ob Sie ein Mensch sind, ist nicht gelungen.',
  advice:
    'Warten Sie, bis sie Erfolg meldet, und versuchen Sie es noch einmal. Erscheint sie nicht, schalten Sie JavaScript ein, und schalten Sie aus, was challenges.cloudflare.com blockiert.',
}
