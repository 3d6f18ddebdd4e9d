import { inLanguages } from '../ui/messages.ts'
import { english } from './messages-en.ts'

/** The texts of sign-in with others, in the language of a page. */
export const signInProviderMessages = inLanguages('signInProviders', english)
