import { formPost } from './form-post.ts'
import { fragment } from './fragment.ts'
import { query } from './query.ts'

/** How an answer leaves: a redirect, or a form that the browser posts to the client. */
export type Redirection =
  | { readonly kind: 'redirect'; readonly location: string }
  | { readonly kind: 'form'; readonly action: string; readonly fields: Readonly<Record<string, string>> }

/** Puts an answer's parameters on their way to a redirect URI. */
export type ResponseMode = (redirectUri: string, answer: Readonly<Record<string, string>>) => Redirection

/** Response modes under their registered names (OAuth 2.0 Multiple Response Types 2.1, OAuth 2.0 Form Post). */
export const responseModes: Readonly<Record<string, ResponseMode>> = { form_post: formPost, fragment, query }
