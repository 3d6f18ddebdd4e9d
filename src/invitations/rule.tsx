import type { Context } from 'hono'
import type { Params, Provider, ProviderEnv, SignUpInvitation } from '../concepts.ts'
import { randomId } from '../crypto/bytes.ts'
import { requireAntiForgery } from '../http/anti-forgery.ts'
import { readForm } from '../http/params.ts'
import { askerLimits } from '../identity/mail-limits.ts'
import { refuseFlood } from '../identity/rate-limit.ts'
import { emailKey } from '../identity/usernames.ts'
import { mailMessages } from '../letters/messages.ts'
import { isMailbox } from '../mail/mailbox.ts'
import { canMail, sendMail } from '../mail/send.ts'
import { refusalOfGuards, renderGuards } from '../pages/routes/form-guards.ts'
import { messagesOf, seeOther, showNotFound, showPage, uiOf } from '../pages/routes/respond.ts'
import { tooMany } from '../refusals.ts'
import { settingsOf } from '../settings/settings.ts'
import type { InvitationStore } from '../store/invitations.ts'
import { openMailLink } from '../tokens/opaque.ts'
import { Alert, Button, ButtonLink, Card, Field, Form, type Notice } from '../ui/components.tsx'
import { Layout } from '../ui/layout.tsx'
import { invitationLetter, invitationUrl } from './by-staff.ts'
import { INVITATION_SETTINGS } from './settings.ts'

type Handling = Context<ProviderEnv>

/** The invitations of a provider. */
export type Invitations = (provider: Pick<Provider, 'bindings'>) => InvitationStore

/** Seconds for which a requested invitation is valid. */
const LIFETIME = 1800

/** Returns the URL at which people with an address at one of the domains request an invitation. */
export const askUrl = (signUp: string): string => `${signUp}/invitation`

/** Returns the domains at which people with an address can request an invitation. */
export function domainsOf(provider: Provider): readonly string[] {
  return canMail(provider) ? settingsOf(INVITATION_SETTINGS, provider).signupDomains : []
}

/** Returns whether only invited people may sign up. */
function isOn(provider: Provider): boolean {
  const { signupDomains, signupInvited } = settingsOf(INVITATION_SETTINGS, provider)
  return signupInvited || signupDomains.length > 0
}

/**
 * Decides who may sign up.
 * @returns the invitation of the request; a page instead of the form, if a valid one is required
 * but missing; null if everybody may sign up
 */
export async function admitSignUp(
  c: Handling,
  params: Params,
  invitations: Invitations,
): Promise<SignUpInvitation | Response | null> {
  const provider = c.get('provider')
  if (!isOn(provider)) return null
  const token = params.get('invitation')
  if (token === undefined) return domainsOf(provider).length > 0 ? askPage(c, {}, 200) : closedPage(c, false)
  const id = await openMailLink(token, provider.keys)
  const found = id === null ? null : await invitations(provider).readInvitation(id, provider.request.now)
  return found ? { id: found.id, email: found.email, token } : closedPage(c, true)
}

/** Sends an invitation to an address at one of the domains. It proves the address, so the account starts with a verified one. */
export async function askForInvitation(c: Handling, invitations: Invitations): Promise<Response> {
  const provider = c.get('provider')
  const domains = domainsOf(provider)
  if (domains.length === 0 || !provider.settings.allowSignup) return showNotFound(c)
  const form = await readForm(c.req.raw)
  await requireAntiForgery(c, form)
  await refuseFlood(provider)
  const messages = messagesOf(c)
  const email = (form.get('email') ?? '').trim()
  if (!isMailbox(email)) return askPage(c, { error: messages.fields.badEmail }, 400)
  // Compared as in DNS: a letter that merely looks like another belongs to another domain.
  const domain = URL.parse(`https://${email.slice(email.lastIndexOf('@') + 1)}`)?.hostname ?? ''
  if (!domains.includes(domain))
    return askPage(c, { error: mailMessages(messages).invitations.otherDomain(domains) }, 400)
  const notice = await refusalOfGuards(c, form)
  if (notice) return askPage(c, { email, notice }, 400)
  const id = randomId()
  const { paths, request, settings } = provider
  const limits = await askerLimits(emailKey(email), provider)
  const invitation = { id, email, expiresAt: request.now + LIFETIME }
  const [addressUntil, networkUntil] = await invitations(provider).askForInvitation(
    invitation,
    limits,
    request,
  )
  if (networkUntil) {
    throw tooMany(
      'Too many mails were requested. Try again later.',
      networkUntil - request.now,
      'too_many_mails',
    )
  }
  const url = await invitationUrl(id, provider)
  const letter = invitationLetter(messages, {
    siteName: settings.siteName,
    time: mailMessages(messages).mail.minutes(LIFETIME / 60),
    url,
  })
  if (!addressUntil) sendMail(letter, email, provider)
  return seeOther(c, `${askUrl(paths.signUp)}?sent=1`)
}

/** Asks for an address to send an invitation to. */
async function askPage(
  c: Handling,
  { email, error, notice }: { readonly email?: string; readonly error?: string; readonly notice?: Notice },
  status: 200 | 400,
): Promise<Response> {
  const guards = renderGuards(c)
  const provider = c.get('provider')
  const invitations = mailMessages(messagesOf(c)).invitations
  const addresses = mailMessages(messagesOf(c)).addresses
  const ui = await uiOf(c, { form: true })
  const page = (
    <Layout ui={ui} title={ui.messages.signUp.title} failed={status === 400}>
      <Card>
        <h1>{ui.messages.signUp.title}</h1>
        <p class="muted">{invitations.askHint(domainsOf(provider))}</p>
        {notice && <Alert {...notice} />}
        <Form ui={ui} action={askUrl(provider.paths.signUp)}>
          <Field
            name="email"
            label={addresses.title}
            type="email"
            value={email}
            autocomplete="email"
            error={error}
            autofocus
          />
          {[...guards.parts]}
          <Button kind="primary">{invitations.ask}</Button>
        </Form>
      </Card>
    </Layout>
  )
  return showPage(c, page, status, { embeds: guards.embeds })
}

/** Says that a mail may be on its way; the page is the same for everybody. */
export async function showAsked(c: Handling): Promise<Response> {
  const provider = c.get('provider')
  if (domainsOf(provider).length === 0 || !provider.settings.allowSignup) return showNotFound(c)
  const invitations = mailMessages(messagesOf(c)).invitations
  const recovery = mailMessages(messagesOf(c)).recovery
  const mail = mailMessages(messagesOf(c)).mail
  return sayPage(c, recovery.sentTitle, [invitations.sent, mail.spam], 200)
}

async function closedPage(c: Handling, hadOne: boolean): Promise<Response> {
  const invitations = mailMessages(messagesOf(c)).invitations
  const mail = mailMessages(messagesOf(c)).mail
  return hadOne
    ? sayPage(c, mail.deadTitle, [mail.deadText], 400)
    : sayPage(c, invitations.closedTitle, [invitations.closed], 200)
}

async function sayPage(
  c: Handling,
  title: string,
  [first = '', ...others]: readonly string[],
  status: 200 | 400,
): Promise<Response> {
  const ui = await uiOf(c, { form: false })
  const page = (
    <Layout ui={ui} title={title} failed={status === 400}>
      <Card>
        <h1>{title}</h1>
        <Alert kind={status === 400 ? 'warning' : 'info'} text={first} />
        {others.map((text) => (
          <p>{text}</p>
        ))}
        <ButtonLink href={c.get('provider').paths.login}>{ui.messages.common.signIn}</ButtonLink>
      </Card>
    </Layout>
  )
  return showPage(c, page, status)
}
