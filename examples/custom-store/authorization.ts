import type { Consent, ConsentCommit, RequestMark } from 'edge-oauth2-provider'
import { namesOf, toClient } from './clients.ts'
import type { ConsentRecord, Operations, Records } from './records.ts'
import { findSession } from './sessions.ts'

/** See `Store.readAuthorization`. */
export const readAuthorization: Operations['readAuthorization'] = (records, wanted, rule) => {
  const client = records.clients.get(wanted.clientId)
  const session = wanted.sessionId === null ? null : findSession(records, wanted.sessionId, rule)
  const consent = session && records.consents.get(`${session.user.id} ${wanted.clientId}`)
  const names = new Set([...wanted.scopes, ...(client?.scope ? namesOf(client.scope) : [])])
  return {
    client: client && !client.disabled ? toClient(client) : null,
    session,
    consent: consent && describeConsent(consent),
    scopes: [...names].map((name) => records.scopes.get(name)).filter((scope) => scope !== null),
  }
}

function describeConsent({ id, scope, targets = [], withdrawn }: ConsentRecord): Consent {
  return { id, scope, withdrawn: withdrawn !== null, ...(targets.length > 0 && { targets }) }
}

/** See `Store.saveConsent`. */
export const saveConsent: Operations['saveConsent'] = (records, consent, sessionId, request) => {
  const session = findSession(records, sessionId, { now: request.now, idleDelta: Infinity })
  const client = records.clients.get(consent.clientId)
  if (session?.user.id !== consent.userId || !client || client.disabled) return
  saveConsentOf(records, consent, request)
}

/** Adds to a consent that lives what was allowed, and takes from it what was refused; one that was withdrawn begins anew. */
function saveConsentOf({ consents }: Records, consent: ConsentCommit, { now }: RequestMark): void {
  const key = `${consent.userId} ${consent.clientId}`
  const before = consents.get(key)
  const scope =
    before && !before.withdrawn
      ? [...new Set([...namesOf(before.scope), ...namesOf(consent.scope)])]
          .filter((name) => name !== '' && !namesOf(consent.refused).includes(name))
          .toSorted()
          .join(' ')
      : consent.scope
  const { refused: _, ...given } = consent
  const fresh = { ...given, joinedIds: [], authorizedAt: now, withdrawn: null }
  // Where two tabs begin one at once, the second joins the first, so that the codes of both name what lives.
  const kept = before && !before.withdrawn ? joined(before, given.id) : fresh
  const targets = [...new Set([...(kept.targets ?? []), ...(consent.targets ?? [])])].toSorted()
  consents.put(key, { ...kept, scope, targets })
}

function joined(consent: ConsentRecord, id: string): ConsentRecord {
  const { id: own, joinedIds } = consent
  return own === id || joinedIds.includes(id)
    ? consent
    : { ...consent, joinedIds: [...joinedIds, id].slice(-10) }
}
