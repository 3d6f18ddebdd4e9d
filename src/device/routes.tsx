import type { Context, Hono } from 'hono'
import type { KnownResource, Params, Provider, ProviderEnv } from '../concepts.ts'
import { randomId } from '../crypto/bytes.ts'
import { requireAntiForgery } from '../http/anti-forgery.ts'
import { readBrowserSession, sessionRule } from '../http/browser-session.ts'
import { dropCookie, readCookie, writeCookie } from '../http/cookies.ts'
import { readForm, readQuery } from '../http/params.ts'
import { networkBlock, THROTTLE_WINDOW, throttleKeys } from '../identity/throttle.ts'
import { readGrantDetails } from '../oauth/authorize/answer.ts'
import { targetsOf } from '../oauth/authorize/consent.ts'
import { paramsOf } from '../oauth/params.ts'
import { findResources } from '../oauth/resources.ts'
import { messagesOf, RETURN_COOKIE, seeOther, showPage, uiOf } from '../pages/routes/respond.ts'
import { scopeTexts } from '../pages/routes/scope-texts.ts'
import type { DeviceStore, WaitingDevice } from '../store/device-store.ts'
import type { Client, Consent, ConsentCommit, ScopeDescription, Session } from '../store/records.ts'
import type { Notice } from '../ui/components.tsx'
import { displayName } from '../ui/links.ts'
import { DEVICE_PATH } from './authorization.ts'
import { groupedCode, readUserCode, userCodeHashes } from './codes.ts'
import { deviceMessages } from './messages.ts'
import { DeviceCodePage, DeviceConsentPage, DeviceDonePage } from './page.tsx'
import { deviceScope } from './scope.ts'

type Handling = Context<ProviderEnv>
type StoreOf = (provider: Pick<Provider, 'bindings'>) => DeviceStore

/** Cookie that keeps the code of an address while its person signs in. */
const CODE_COOKIE = 'user_code'
/** Wrong codes that a user, and a network, may try in ten minutes (RFC 8628 5.1). */
const LIMITS = { account: 10, network: 100 }

/** A waiting device, with everything that asking its person needs. */
interface Asked {
  readonly device: WaitingDevice
  readonly client: Client
  readonly consent: Consent | null
  readonly scope: string
  readonly resources: readonly KnownResource[]
  readonly descriptions: readonly ScopeDescription[]
}

/** Adds the page on which people connect devices (RFC 8628 3.3). */
export function addDeviceRoutes(app: Hono<ProviderEnv>, storeOf: StoreOf): void {
  for (const path of [DEVICE_PATH, `${DEVICE_PATH}/`]) {
    app.get(path, showForm)
    app.post(path, async (c) => act(c, storeOf))
  }
}

/** Shows the form with the code from the address; it never looks up a device, and never approves one (RFC 8628 5.4). */
async function showForm(c: Handling): Promise<Response> {
  const typed = readUserCode(readQuery(c.req.raw).get('user_code') ?? '')
  const session = await readBrowserSession(c)
  if (!session) {
    const { paths } = c.get('provider')
    writeCookie(c, RETURN_COOKIE, 'device', 600)
    if (typed !== null) writeCookie(c, CODE_COOKIE, typed, 600)
    return seeOther(c, paths.login)
  }
  const kept = readUserCode(readCookie(c, CODE_COOKIE) ?? '')
  if (kept !== null) dropCookie(c, CODE_COOKIE)
  const code = typed ?? kept
  return codePage(c, code === null ? '' : groupedCode(code))
}

async function act(c: Handling, storeOf: StoreOf): Promise<Response> {
  const form = await readForm(c.req.raw, ['scope'])
  const session = await readBrowserSession(c)
  if (!session) {
    writeCookie(c, RETURN_COOKIE, 'device', 600)
    return seeOther(c, c.get('provider').paths.login)
  }
  await requireAntiForgery(c, form)
  const found = await find(c, form, session, storeOf)
  if (found instanceof Response) return found
  return form.get('intent') === 'answer'
    ? answer(c, form, { ...found, session }, storeOf)
    : ask(c, form, found, session)
}

/** Looks up the device of a code, and reads what asking its person needs. */
async function find(
  c: Handling,
  form: Params,
  session: Session,
  storeOf: StoreOf,
): Promise<Asked | Response> {
  const provider = c.get('provider')
  const { keys, request, settings, store } = provider
  const texts = deviceMessages(messagesOf(c))
  const typed = form.get('user_code') ?? ''
  const code = readUserCode(typed)
  if (code === null) return codePage(c, typed.slice(0, 20), { error: texts.wrongCode }, 400)
  const attempt = {
    hashes: await userCodeHashes(code, keys),
    keys: await guessKeys(session, provider),
    limits: LIMITS,
    window: THROTTLE_WINDOW,
  }
  const { device, limitedUntil } = await storeOf(provider).find(attempt, request)
  if (limitedUntil !== null) {
    const seconds = Math.max(1, limitedUntil - request.now)
    c.header('Retry-After', String(seconds))
    const text = texts.throttled(Math.ceil(seconds / 60))
    return codePage(c, '', { notice: { kind: 'error', text } }, 429)
  }
  if (!device) return codePage(c, groupedCode(code), { error: texts.wrongCode }, 400)
  const wanted = {
    clientId: device.clientId,
    sessionId: session.id,
    scopes: (device.scope || settings.defaultScope).split(' '),
  }
  const { client, consent, scopes } = await store.readAuthorization(wanted, sessionRule(c))
  if (!client) return codePage(c, groupedCode(code), { error: texts.wrongCode }, 400)
  const resources = await findResources(device.resource, provider)
  const scope = deviceScope(device.scope, { client, resources, scopes, userId: session.user.id }, provider)
  return { device, client, consent, resources, scope, descriptions: scopes }
}

async function ask(
  c: Handling,
  form: Params,
  { client, descriptions, device, resources, scope }: Asked,
  { user }: Session,
): Promise<Response> {
  const ui = await uiOf(c, { form: true })
  const page = (
    <DeviceConsentPage
      ui={ui}
      texts={deviceMessages(ui.messages)}
      action={DEVICE_PATH}
      code={groupedCode(readUserCode(form.get('user_code') ?? '') ?? '')}
      client={client}
      resources={resources}
      scopes={scopeTexts(scope, descriptions, ui.messages)}
      askedAt={device.createdAt}
      network={device.network}
      ownNetwork={c.get('provider').request.network}
      username={user.username}
    />
  )
  return showPage(c, page)
}

/** Saves the person's answer; nothing ticked is a refusal, as on the consent page. */
async function answer(
  c: Handling,
  form: Params,
  asked: Asked & { readonly session: Session },
  storeOf: StoreOf,
): Promise<Response> {
  const provider = c.get('provider')
  const { client, device, resources, scope, session } = asked
  const consent = form.get('authorize') === 'Authorize' ? planConsent(form, asked) : null
  const request = { client, params: paramsOf([]), resources, scope }
  const approval = consent && { consent, details: await readGrantDetails(request, session, provider) }
  const texts = deviceMessages(messagesOf(c))
  if (!(await storeOf(provider).answer(device.id, session, approval, provider.request))) {
    return done(c, texts.goneTitle, { kind: 'warning', text: texts.gone })
  }
  const name = displayName(client.name)
  return approval
    ? done(c, texts.approvedTitle, { kind: 'success', text: texts.approved(name) })
    : done(c, texts.deniedTitle, { kind: 'info', text: texts.denied(name) })
}

/** Returns the consent to save: the ticked part of the requested scope; null if there is none. */
function planConsent(
  form: Params,
  { client, consent, resources, scope, session }: Asked & { readonly session: Session },
): ConsentCommit | null {
  const ticked = form.getAll('scope')
  const names = scope.split(' ')
  const allowed = names.filter((name) => ticked.includes(name))
  if (allowed.length === 0) return null
  const live = consent && !consent.withdrawn ? consent : null
  return {
    userId: session.user.id,
    clientId: client.clientId,
    id: live?.id ?? randomId(),
    scope: allowed.join(' '),
    refused: names.filter((name) => !allowed.includes(name)).join(' '),
    targets: targetsOf(allowed.join(' '), { resources }),
  }
}

async function codePage(
  c: Handling,
  code: string,
  props: { readonly error?: string; readonly notice?: Notice } = {},
  status: 200 | 400 | 429 = 200,
): Promise<Response> {
  const ui = await uiOf(c, { form: true })
  const page = (
    <DeviceCodePage ui={ui} texts={deviceMessages(ui.messages)} action={DEVICE_PATH} code={code} {...props} />
  )
  return showPage(c, page, status)
}

async function done(c: Handling, title: string, notice: Notice): Promise<Response> {
  const ui = await uiOf(c, { form: false })
  const { account: accountUrl } = c.get('provider').paths
  const { account: link } = deviceMessages(ui.messages)
  return showPage(
    c,
    <DeviceDonePage ui={ui} title={title} notice={notice} accountUrl={accountUrl} link={link} />,
  )
}

/** Returns the limits for wrong codes: the user's and the network's, separate from those for passwords. */
async function guessKeys(
  { user }: Session,
  { keys, request }: Provider,
): Promise<{ readonly account: string; readonly network: string }> {
  const [{ account }, { account: network }] = await Promise.all([
    throttleKeys(`device codes\n${user.id}`, null, keys),
    throttleKeys(`device codes of\n${networkBlock(request.network)}`, null, keys),
  ])
  return { account, network }
}
