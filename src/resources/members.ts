import * as v from 'valibot'
import { isScopeToken, MAX_SCOPES } from '../scope.ts'
import { MAX_SECONDS } from '../settings/kinds.ts'

// The members of a resource, in both the setting and the table. The messages are sentences for people.

const NAME = 'The name must have 1 to 200 characters, and no control characters.'
const SCOPE = 'The scopes must be scope names separated by spaces (RFC 6749 3.3), or empty.'
const FORMAT = 'The access token format must be opaque or jwt.'
const LIFETIME = `The lifetime of access tokens must be a whole number of seconds from 1 to ${MAX_SECONDS}, or empty.`

/** The name that people see. */
export const name = v.pipe(v.string(NAME), v.trim(), v.regex(/^\P{Cc}{1,200}$/u, NAME))

/** Scopes that it accepts, names separated by spaces; null for every scope. */
export const scope = v.nullable(
  v.pipe(
    v.string(SCOPE),
    v.transform((text) => text.split(' ').filter(Boolean)),
    v.check((names) => names.length <= MAX_SCOPES && names.every(isScopeToken), SCOPE),
    v.transform((names) => names.join(' ') || null),
  ),
)

/** The format of its access tokens. */
export const tokenFormat = v.picklist(['opaque', 'jwt'], FORMAT)

/** The longest that its access tokens are valid, in seconds; null if the client and the settings decide. */
export const accessTokenLifetime = v.nullable(
  v.pipe(v.number(LIFETIME), v.integer(LIFETIME), v.minValue(1, LIFETIME), v.maxValue(MAX_SECONDS, LIFETIME)),
)
