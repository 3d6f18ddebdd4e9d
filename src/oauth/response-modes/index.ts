import type { ResponseMode } from '../../concepts.ts'
import { formPost } from './form-post.ts'
import { fragment } from './fragment.ts'
import { query } from './query.ts'

/** Response modes under their registered names (OAuth 2.0 Multiple Response Types 2.1, OAuth 2.0 Form Post). */
export const responseModes: Readonly<Record<string, ResponseMode>> = { form_post: formPost, fragment, query }
