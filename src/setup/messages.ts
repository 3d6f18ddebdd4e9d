import { inLanguages } from '../ui/messages.ts'
import { english } from './messages-en.ts'

/** The texts of the first run, in the language of a page. */
export const setupMessages = inLanguages('setup', english)
