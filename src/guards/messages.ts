import { inLanguages } from '../ui/messages.ts'

const english = {
  noScript:
    'Before this form is sent, we check that you are a person. That needs JavaScript: turn it on and reload this page.',
  refused: 'The check that you are a person failed.',
  advice:
    'Wait until it reports success, and try again. If it does not appear, turn JavaScript on, and turn off whatever blocks challenges.cloudflare.com.',
}

/** The texts of the guards, in any language. */
export type GuardMessages = typeof english

/** The texts of the guards, in the language of a page. */
export const guardMessages = inLanguages('guards', english)
