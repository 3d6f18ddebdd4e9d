import { inLanguages } from '../ui/messages.ts'
import { english } from './messages-en.ts'

/** The texts of what is kept of a person, in the language of a page. */
export const ownDataMessages = inLanguages('ownData', english)
