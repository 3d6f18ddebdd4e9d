import type { ResponseMode } from '../../concepts.ts'

/** Sends the parameters in a form that the browser posts (OAuth 2.0 Form Post Response Mode). */
export const formPost: ResponseMode = (redirectUri, answer) => ({
  kind: 'form',
  action: redirectUri,
  fields: answer,
})
