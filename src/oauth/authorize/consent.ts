import type { Params } from '../../concepts.ts'
import { identifierKey } from '../../resource-identifier.ts'
import type { Consent } from '../../store/records.ts'
import type { AuthorizationRequest } from './request.ts'

/** A person's answer on the consent page. */
export type ConsentAnswer =
  /** The scope that the person allows: the ticked part of the requested scope. */
  | { readonly kind: 'approved'; readonly scope: string }
  /** The person refuses every scope by unticking it. */
  | { readonly kind: 'nothing ticked' }
  /** The person cancels, with any other button or the text `False`. */
  | { readonly kind: 'cancelled' }

/** Reads the answer of the consent form: the button `authorize`, and a `scope` for each ticked box. */
export function readConsent(form: Params, request: AuthorizationRequest): ConsentAnswer {
  const button = form.get('authorize')?.toLowerCase()
  if (button !== 'authorize' && button !== 'true') return { kind: 'cancelled' }
  const ticked = form.getAll('scope')
  const approved = request.scope.split(' ').filter((name) => ticked.includes(name))
  return approved.length === 0 ? { kind: 'nothing ticked' } : { kind: 'approved', scope: approved.join(' ') }
}

/**
 * Returns what an answer allows at the resources that its request names, as a consent keeps it: each entry is a scope, a
 * space, and the key of the resource.
 */
export function targetsOf(
  scope: string,
  { resources = [] }: Partial<Pick<AuthorizationRequest, 'resources'>>,
): readonly string[] {
  return resources.flatMap(({ identifier }) =>
    scope.split(' ').map((name) => `${name} ${identifierKey(identifier)}`),
  )
}

/** Returns whether a consent allows the requested scope at each resource that the request names. */
export function coversTargets(
  { targets = [] }: Consent,
  request: Pick<AuthorizationRequest, 'resources' | 'scope'>,
  scope: string = request.scope,
): boolean {
  return targetsOf(scope, request).every((target) => targets.includes(target))
}
