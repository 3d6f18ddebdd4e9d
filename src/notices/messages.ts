import { inLanguages } from '../ui/messages.ts'
import { english } from './messages-en.ts'

/** The texts of mails about an account, in the language of a page. */
export const noticeMessages = inLanguages('notices', english)
