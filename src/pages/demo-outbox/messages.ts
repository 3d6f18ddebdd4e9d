import { inLanguages } from '../../ui/messages.ts'

const english = {
  title: 'Mail of the demo',
  hint: 'In the local demo no mail is sent: what people would get lands here.',
  empty: 'No mail yet',
  emptyHint: 'What the pages send will be listed here, the newest first.',
  to: 'To',
  from: 'From',
  sent: 'Sent',
}

/** The texts of the demo's mail, in any language. */
export type OutboxMessages = typeof english

/** The texts of the demo's mail, in the language of a page. */
export const outboxMessages = inLanguages('demoOutbox', english)
