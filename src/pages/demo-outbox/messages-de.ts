import type { OutboxMessages } from './messages.ts'

/** The texts of the demo's mail, in German. */
export const german: OutboxMessages = {
  title: 'Mail der Demo',
  hint: 'In der lokalen Demo wird keine Mail verschickt: Was jemand bekäme, landet hier.',
  empty: 'Noch keine Mail',
  emptyHint: 'Was die Seiten verschicken, steht dann hier, das Neueste zuerst.',
  to: 'An',
  from: 'Von',
  sent: 'Gesendet',
}
