import type { Context } from 'hono'
import * as v from 'valibot'
import type { Mail, PagePart, Provider, ProviderEnv } from '../../concepts.ts'
import { sortableId } from '../../crypto/bytes.ts'
import { seal, unseal } from '../../crypto/seal.ts'
import type { KeptMail, Outbox } from '../../store/outbox.ts'
import { requireSetting, showPage, uiOf } from '../routes/respond.ts'
import { OutboxPage } from './page.tsx'

/** The most mails that the page shows. */
const SHOWN = 20

const content = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    from: v.object({ name: v.string(), email: v.string() }),
    to: v.string(),
    subject: v.string(),
    text: v.string(),
    html: v.string(),
  }),
)

/** Saves a mail of the local demo, sealed, as its contents are as sensitive as a password. */
export async function keepMail(mail: Mail, outbox: Outbox, { keys }: Pick<Provider, 'keys'>): Promise<void> {
  const id = sortableId()
  await outbox.keep(id, await seal(JSON.stringify(mail), contextOf(id), keys))
}

/** The page that shows the mail of the local demo, instead of a mailbox. */
export function outboxPage(outboxOf: (provider: Provider) => Outbox): PagePart {
  return {
    at: 'root',
    below: () => ['/demo/mail'],
    addRoutes(app) {
      app.get('/demo/mail', requireSetting('demo'), async (c) => show(c, outboxOf(c.get('provider'))))
    },
  }
}

async function show(c: Context<ProviderEnv>, outbox: Outbox): Promise<Response> {
  const { keys, origin } = c.get('provider')
  const opened = await Promise.all(
    (await outbox.list(SHOWN)).map(async ({ id, sealed }) =>
      parse(id, await unseal(sealed, contextOf(id), keys)),
    ),
  )
  const page = OutboxPage({
    ui: await uiOf(c, { form: false }),
    mails: opened.filter((mail) => mail !== null),
    origin,
  })
  return showPage(c, page)
}

function parse(id: string, text: string | null): KeptMail | null {
  const parsed = text === null ? null : v.safeParse(content, text)
  return parsed?.success ? { id, ...parsed.output } : null
}

function contextOf(id: string): string {
  return `mail ${id}`
}
