import { OAuthError } from '../../errors.ts'
import { joinScope } from '../../scope.ts'
import type { Params } from '../params.ts'
import type { AuthorizationRequest } from './request.ts'

/**
 * Reads the answer of the consent form: the button `authorize`, and a `scope` for each box that is ticked.
 * @returns the scope that the user approves: what is ticked, of what was asked
 * @throws {OAuthError} access_denied: another button (the text `False` included), or no box ticked
 */
export function readConsent(form: Params, request: AuthorizationRequest): string {
  const answer = form.get('authorize')?.toLowerCase()
  const approved = request.scope.split(' ').filter((name) => form.getAll('scope').includes(name))
  if ((answer !== 'authorize' && answer !== 'true') || approved.length === 0) {
    throw new OAuthError('access_denied', 'The user denied the request.')
  }
  return joinScope(approved)
}
