import type { Context } from 'hono'
import type { PagePart, ProviderEnv } from '../../concepts.ts'
import { requireAntiForgery } from '../../http/anti-forgery.ts'
import { readBrowserSession } from '../../http/browser-session.ts'
import { form, page, seeOther as redirection } from '../../http/openapi-parts.ts'
import { readForm } from '../../http/params.ts'
import { PROFILE_FIELDS, profileTexts, readProfile } from '../../identity/profile.ts'
import type { OpenId } from '../../openid/open-id.ts'
import { takeFlash, writeFlash } from '../routes/flash.ts'
import { leadingSection } from '../routes/leading-section.tsx'
import { messagesOf, seeOther, showNotFound, showPage, uiOf } from '../routes/respond.ts'
import { profileMessages } from './messages.ts'
import { ProfilePage, type ProfileTexts } from './page.tsx'

type Handling = Context<ProviderEnv>

const profileUrl = (account: string): string => `${account}/profile`

/** The part of the account page that links to the profile; it reads nothing. */
export const profileSection = leadingSection(
  'profile',
  'profile',
  (messages) => ({ ...profileMessages(messages), manage: profileMessages(messages).edit }),
  ({ account }) => profileUrl(account),
  ({ hooks }) => hooks.users === null,
)

/** The page on which people change what applications learn about them (OpenID Connect Core 5.1). */
export function openIdProfilePages(openId: OpenId): PagePart {
  return {
    at: 'root',
    // It is below the account page, whose requests already have a provider.
    below: () => [],
    addRoutes(app, { account }) {
      for (const path of [profileUrl(account), `${profileUrl(account)}/`]) {
        app.get(path, async (c) => show(c, openId))
        app.post(path, async (c) => save(c, openId))
      }
    },
    describe: ({ paths }) => ({
      [profileUrl(paths.account)]: {
        get: {
          summary: 'What applications are told of the user',
          responses: { 200: page('The page'), 303: redirection },
        },
        post: {
          summary: 'Changes it',
          requestBody: form({
            anti_forgery: 'From the page that shows the form',
            ...Object.fromEntries(PROFILE_FIELDS.map(({ name }) => [name, 'Empty to remove it'])),
          }),
          responses: { 303: redirection, 400: page('The problem'), 403: page('Not from our page') },
        },
      },
    }),
  }
}

async function show(c: Handling, openId: OpenId): Promise<Response> {
  const provider = c.get('provider')
  // Users who are kept elsewhere are changed there.
  if (provider.hooks.users) return showNotFound(c)
  const session = await readBrowserSession(c)
  const person = session && (await openId.store(provider).readPerson(session.user.id))
  if (!person) return seeOther(c, provider.paths.login)
  return answer(c, profileTexts(person.profile), {}, 200)
}

async function save(c: Handling, openId: OpenId): Promise<Response> {
  const sent = await readForm(c.req.raw)
  await requireAntiForgery(c, sent)
  const provider = c.get('provider')
  if (provider.hooks.users) return showNotFound(c)
  const session = await readBrowserSession(c)
  if (!session) return seeOther(c, provider.paths.login)
  const texts = Object.fromEntries(PROFILE_FIELDS.map(({ name }) => [name, sent.get(name) ?? '']))
  const { patch, problems } = readProfile((name) => texts[name])
  const messages = profileMessages(messagesOf(c))
  if (problems.length > 0) {
    const errors = Object.fromEntries(problems.map(({ kind, name }) => [name, messages.problems[kind]]))
    return answer(c, texts, errors, 400)
  }
  await openId.store(provider).saveProfile(session.user.id, patch, provider.request)
  await writeFlash(c, { kind: 'success', text: messages.saved })
  return seeOther(c, profileUrl(provider.paths.account))
}

async function answer(
  c: Handling,
  values: ProfileTexts,
  errors: ProfileTexts,
  status: 200 | 400,
): Promise<Response> {
  const { account } = c.get('provider').paths
  const shown = (
    <ProfilePage
      ui={await uiOf(c, { form: true })}
      action={profileUrl(account)}
      values={values}
      errors={errors}
      notice={await takeFlash(c)}
      accountUrl={account}
    />
  )
  return showPage(c, shown, status)
}
