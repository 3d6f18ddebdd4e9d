import { inLanguages } from '../ui/messages.ts'
import { english } from './messages-en.ts'

/** The texts of the second factor, in the language of a page. */
export const secondFactorMessages = inLanguages('secondFactor', english)
