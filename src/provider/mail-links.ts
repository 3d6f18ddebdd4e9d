import { createMailLinkStore } from '../store/d1/mail-links/index.ts'
import { storeOver } from '../store/store-over.ts'

/** The mail links in the provider's own database. */
export const mailLinksOf = storeOver(createMailLinkStore, 'mail links are stored there')
