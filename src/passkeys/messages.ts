import { inLanguages } from '../ui/messages.ts'
import { english } from './messages-en.ts'

/** The texts of passkeys, in the language of a page. */
export const passkeyMessages = inLanguages('passkeys', english)
