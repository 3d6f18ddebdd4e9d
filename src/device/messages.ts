import { inLanguages } from '../ui/messages.ts'
import { english } from './messages-en.ts'

/** The texts of a device's sign-in, in the language of a page. */
export const deviceMessages = inLanguages('device', english)
