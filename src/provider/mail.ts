import type { Feature, Provider } from '../concepts.ts'
import { ConfigurationError } from '../errors.ts'
import { fillEmailKeys } from '../identity/email-keys.ts'
import { mailFeature, type MailOptions } from '../mail/index.ts'
import { keepMail, outboxPage } from '../pages/demo-outbox/index.ts'
import { createOutbox } from '../store/kv/outbox.ts'
import type { Outbox } from '../store/outbox.ts'
import { mailLinksOf } from './mail-links.ts'

/** Round trips of one run; the rest waits for the next run. */
const ROUNDS = 20
/** The most mail links that one run of the cron trigger removes. */
const EXPIRED_AT_ONCE = 1000

export type { MailOptions, SendMail } from '../mail/index.ts'
export type { Letter } from '../mail/letter.ts'
export { canMail, sendMail } from '../mail/send.ts'

/**
 * The feature that sends mail for all the others, through Cloudflare's Email Service or your own function.
 * @example
 * const provider = createProvider({ features: [pages(), mail({ send: async (mail) => post(mail) })] })
 */
export function mail(options: MailOptions = {}): Feature {
  return {
    ...mailFeature(async (kept, provider) => keepMail(kept, outboxOf(provider), provider), options),
    pages: [outboxPage(outboxOf)],
    scheduled: [
      async (provider) => {
        if (!provider.bindings.DB) return
        const links = mailLinksOf(provider)
        await links.removeMailLinks(EXPIRED_AT_ONCE, provider.request.now)
        const compared = await fillEmailKeys(links, ROUNDS)
        if (compared > 0) console.info('addresses that are now compared by their domains in DNS:', compared)
      },
    ],
  }
}

function outboxOf({ bindings }: Pick<Provider, 'bindings'>): Outbox {
  if (!bindings.KV)
    throw new ConfigurationError('KV', 'is not bound; the mail of the local demo is stored there')
  return createOutbox(bindings.KV)
}
