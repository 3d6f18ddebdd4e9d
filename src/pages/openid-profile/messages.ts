import { inLanguages } from '../../ui/messages.ts'
import { english } from './messages-en.ts'

/** The texts of the profile page, in the language of a page. */
export const profileMessages = inLanguages('profile', english)
