import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { Hono } from 'hono'
import { beforeEach, describe, expect } from 'vitest'
import { mail } from '../../src/provider/mail.ts'
import { recovery } from '../../src/provider/recovery.ts'
import { createProvider, pages } from '../../src/public.ts'
import { hiddenFields, openBrowser } from '../support/browser.ts'
import { givenCast, givenUser } from '../support/fixture.ts'
import { ORIGIN, type Vars } from '../support/http.ts'
import { readMails } from '../support/mail.ts'
import { threat } from '../support/must.ts'
import { countRows } from '../support/rows.ts'
import { countTrips } from '../support/trips.ts'
import { BY_MAIL, giveAddress, LINKS, RECOVER, typeCode } from './support.ts'

/** Names and addresses of which one alone has an account that gets a mail. */
const TYPED = [
  'alice',
  'alice@example.org',
  'nobody',
  'nobody@example.org',
  'bob',
  'gone',
  'not a name \u0000',
  '',
]

beforeEach(async () => {
  const { alice } = await givenCast()
  await giveAddress(alice, 'alice@example.org')
  await givenUser('gone', { email: 'gone@example.org', emailKey: 'gone@example.org', isActive: false })
})

/** What an answer tells, without what is random in it. */
async function told(response: Response): Promise<unknown> {
  const headers = [...response.headers]
    .filter(([name]) => name !== 'set-cookie')
    .map(([name, value]) => `${name}: ${value}`)
  const cookies = response.headers
    .getSetCookie()
    .map((cookie) => cookie.replace(/=[^;]*/, (value) => `=${value.length}`))
  const text = (await response.text()).replaceAll(/value="[^"]*"/g, '')
  return { status: response.status, headers, cookies, text }
}

/** Posts a form of a page with something typed, and says what the answers on the way tell. */
async function ask(path: string, identifier: string, vars: Vars): Promise<readonly unknown[]> {
  const seen: Response[] = []
  const browser = openBrowser({ ...LINKS, ...vars }, seen)
  const page = await browser.visit(path)
  seen.length = 0
  const asked = await browser.submit(page, path, [['identifier', identifier]])
  if (path === BY_MAIL) await typeCode(browser, asked, 'BCDF-GHJK')
  return Promise.all(seen.map(told))
}

describe('whoever asks for a mail for somebody', () => {
  for (const path of [RECOVER, BY_MAIL]) {
    threat(
      144,
      `at ${path} gets the same answers, at the same cost, whether or not there is an account`,
      async () => {
        const answers: string[] = []
        const costs: unknown[] = []
        for (const identifier of TYPED) {
          const trips = countTrips()
          answers.push(JSON.stringify(await ask(path, identifier, trips.vars)))
          const rows = countRows()
          await ask(path, identifier, rows.vars)
          costs.push({ d1: trips.d1, statements: rows.statements })
        }
        expect(new Set(answers).size).toBe(1)
        expect(costs).toEqual(costs.map(() => costs[0]))
        expect(new Set((await readMails()).map(({ to }) => to))).toEqual(new Set(['alice@example.org']))
      },
    )
  }

  threat(144, 'is answered before the mail is sent', async () => {
    const order: string[] = []
    const provider = createProvider({
      features: [
        pages(),
        mail({
          async send() {
            await scheduler.wait(100)
            order.push('sent')
          },
        }),
        recovery(),
      ],
    })
    const app = new Hono()
    app.route('/', provider.pages)
    const bindings = { ...env, OAUTH_MAIL_FROM: 'accounts@example.org', OAUTH_ISSUER: ORIGIN }
    const context = createExecutionContext()
    const page = await app.fetch(new Request(`${ORIGIN}${RECOVER}`), bindings, context)
    const cookie = page.headers
      .getSetCookie()
      .map((each) => each.split(';')[0])
      .join('; ')
    const body = new URLSearchParams({ ...hiddenFields(await page.text(), RECOVER), identifier: 'alice' })
    const init = { method: 'POST', body, headers: { Cookie: cookie }, redirect: 'manual' } as const
    const answer = await app.fetch(new Request(`${ORIGIN}${RECOVER}`, init), bindings, context)
    order.push(`answered ${answer.status}`)
    await waitOnExecutionContext(context)
    expect(order).toEqual(['answered 303', 'sent'])
  })

  threat(175, 'sends five mails an hour into one account, and is told the same after that', async () => {
    const answers = new Set<string>()
    for (let asked = 0; asked < 8; asked++) answers.add(JSON.stringify(await ask(RECOVER, 'alice', {})))
    expect(answers.size).toBe(1)
    expect(await readMails()).toHaveLength(5)
  })

  threat(175, 'sends thirty an hour from one network, for existing and other names alike', async () => {
    const statuses: number[] = []
    for (let asked = 0; asked < 32; asked++) {
      const browser = openBrowser(LINKS)
      const page = await browser.visit(RECOVER)
      const fields = { ...hiddenFields(page.text, RECOVER), identifier: `nobody ${asked}` }
      const { headers, status } = await browser.post(RECOVER, fields)
      statuses.push(status)
      if (status === 429) expect(Number(headers.get('Retry-After'))).toBeGreaterThan(3000)
    }
    expect(statuses.slice(-3)).toEqual([303, 429, 429])
  })
})
