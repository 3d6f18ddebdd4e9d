import { inLanguages } from '../../ui/messages.ts'

const english = {
  title: 'Mail of the demo',
  hint: 'The local demo sends no email. What people would receive appears here.',
  empty: 'No mail yet',
  emptyHint: 'What the pages send will be listed here, newest first.',
  to: 'To',
  from: 'From',
  sent: 'Sent',
}

/** The texts of the demo's mail, in any language. */
export type OutboxMessages = typeof english

/** The texts of the demo's mail, in the language of a page. */
export const outboxMessages = inLanguages('demoOutbox', english)
