import type { Context } from 'hono'
import type { PageSection, Provider, ProviderEnv, StepUp } from '../concepts.ts'
import { OAuthError } from '../errors.ts'
import { requireAntiForgery } from '../http/anti-forgery.ts'
import { readBrowserSession, readSessionId, sessionRule, useSession } from '../http/browser-session.ts'
import { readForm } from '../http/params.ts'
import { refuseFlood } from '../identity/rate-limit.ts'
import { waysIn } from '../mail/ways-in.ts'
import { confirmUrl, isFreshSession, nextOf } from '../pages/routes/confirm.tsx'
import { takeFlash, writeFlash } from '../pages/routes/flash.ts'
import { leadingSection } from '../pages/routes/leading-section.tsx'
import { messagesOf, seeOther, showNotFound, showPage, uiOf } from '../pages/routes/respond.ts'
import { backTo, MOST } from './answer.ts'
import { goThere } from './begin.tsx'
import { ProviderButton } from './button.tsx'
import { connectionsUrl } from './connections-url.ts'
import { noticeOf } from './explain.ts'
import { type KnownProviders, offersProviders } from './known-providers.ts'
import { signInProviderMessages } from './messages.ts'
import { ConnectionsPage } from './page.tsx'
import { SignInProblem } from './problem.ts'

type Handling = Context<ProviderEnv>

/** The part of the account page that links to the connected accounts, if there is a provider. */
export function connectionsSection(known: KnownProviders): PageSection {
  const isAny = async (provider: Provider): Promise<boolean> => (await known.list(provider)).length > 0
  return leadingSection('connections', 'security', signInProviderMessages, connectionsUrl, isAny)
}

/** Lets users with a connected account confirm their sign-in by a new one there, instead of the password. */
export function providerStepUp(known: KnownProviders): StepUp {
  return {
    field: 'confirm',
    async render(c, session) {
      const provider = c.get('provider')
      const { paths } = provider
      const rows = await known.list(provider)
      // In the panel the form that waits would be lost on the way.
      if (rows.length === 0 || !c.req.path.startsWith(paths.account)) return null
      const read = await known.storeOf(provider).readLinks(session.id, sessionRule(c))
      const own = rows.filter(
        ({ countsAsFresh, id, kind }) =>
          (kind === 'openid' || countsAsFresh) && read?.links.some(({ providerId }) => providerId === id),
      )
      if (own.length === 0) return null
      const texts = signInProviderMessages(messagesOf(c))
      const to = `${connectionsUrl(paths)}?${new URLSearchParams({ next: nextOf(c) }).toString()}`
      return (
        <>
          {own.map((row) => (
            <ProviderButton paths={paths} row={row} text={texts.confirmWith(row.name)} to={to} />
          ))}
        </>
      )
    },
    confirm: async () => false,
  }
}

/** Shows what is connected, and what can be. */
export async function showConnections(c: Handling, known: KnownProviders): Promise<Response> {
  const provider = c.get('provider')
  if (!offersProviders(provider)) return showNotFound(c)
  const id = await readSessionId(c)
  const [read, providers] = await Promise.all([
    id === null ? null : known.storeOf(provider).readLinks(id, sessionRule(c)),
    known.list(provider),
  ])
  if (!read || !(await useSession(c, read.session))) return seeOther(c, provider.paths.login)
  const page = (
    <ConnectionsPage
      ui={await uiOf(c, { form: true })}
      paths={provider.paths}
      action={connectionsUrl(provider.paths)}
      links={read.links}
      providers={providers}
      most={MOST}
      notice={await takeFlash(c)}
      confirmUrl={isFreshSession(read.session, c) ? null : confirmUrl(provider.paths, 'connections')}
    />
  )
  return showPage(c, page)
}

/** Does what a form of the page, or of the one that confirms a sign-in, asks for; a user whose sign-in is old must authenticate first. */
export async function changeConnections(c: Handling, known: KnownProviders): Promise<Response> {
  const provider = c.get('provider')
  if (!offersProviders(provider)) return showNotFound(c)
  const form = await readForm(c.req.raw)
  await requireAntiForgery(c, form)
  const { paths, request } = provider
  const session = await readBrowserSession(c)
  if (!session) return seeOther(c, paths.login)
  const by = form.get('confirm')
  if (by !== undefined) {
    return leave(c, by, { session: session.id, confirms: nextOf(c), insists: true, maxAge: 0 }, known)
  }
  if (!isFreshSession(session, c)) return seeOther(c, confirmUrl(paths, 'connections'))
  const providerId = form.get('provider') ?? ''
  switch (form.get('intent')) {
    case 'connect':
      return leave(
        c,
        providerId,
        { session: session.id, confirms: null, insists: false, maxAge: null },
        known,
      )
    case 'disconnect': {
      const link = { providerId, subject: form.get('subject') ?? '', userId: session.user.id }
      const outcome = await known.storeOf(provider).unlink(link, waysIn(provider), request)
      const texts = signInProviderMessages(messagesOf(c))
      const { account } = messagesOf(c)
      const text = { removed: texts.disconnected, kept: texts.kept, gone: account.gone }[outcome]
      await writeFlash(c, { kind: outcome === 'kept' ? 'error' : 'success', text })
      return seeOther(c, connectionsUrl(paths))
    }
    default:
      throw new OAuthError('invalid_request', 'The form does not say what to do.')
  }
}

/** Sends the browser to a provider, on behalf of its session. */
async function leave(
  c: Handling,
  providerId: string,
  way: Omit<Parameters<typeof goThere>[2], 'captured'>,
  known: KnownProviders,
): Promise<Response> {
  const provider = c.get('provider')
  const row = await known.find(providerId, provider)
  if (!row) return showNotFound(c)
  await refuseFlood(provider)
  try {
    return await goThere(c, row, { captured: null, ...way })
  } catch (error) {
    if (!(error instanceof SignInProblem)) throw error
    provider.emit({ type: 'sign_in_refused', detail: `${row.id}: ${error.message}` })
    return backTo(c, way.confirms, noticeOf(c, error, row))
  }
}
