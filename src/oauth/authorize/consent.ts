import type { Params } from '../../concepts.ts'
import type { AuthorizationRequest } from './request.ts'

/** What a person answers on the consent page. */
export type ConsentAnswer =
  /** The scope that the person allows: what is ticked, of what was asked. */
  | { readonly kind: 'approved'; readonly scope: string }
  /** The person refuses every scope by unticking it. */
  | { readonly kind: 'nothing ticked' }
  /** The person breaks off: another button, the text `False` included. */
  | { readonly kind: 'cancelled' }

/** Reads the answer of the consent form: the button `authorize`, and a `scope` for each box that is ticked. */
export function readConsent(form: Params, request: AuthorizationRequest): ConsentAnswer {
  const button = form.get('authorize')?.toLowerCase()
  if (button !== 'authorize' && button !== 'true') return { kind: 'cancelled' }
  const ticked = form.getAll('scope')
  const approved = request.scope.split(' ').filter((name) => ticked.includes(name))
  return approved.length === 0 ? { kind: 'nothing ticked' } : { kind: 'approved', scope: approved.join(' ') }
}
