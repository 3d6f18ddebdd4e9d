import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import type { Hono } from 'hono'
import { describe, expect, it, vi } from 'vitest'
import type { Feature, Mail, Provider, ProviderEnv } from '../../src/concepts.ts'
import type { Letter } from '../../src/mail/letter.ts'
import { canMail, sendMail } from '../../src/mail/send.ts'
import { mail, type MailOptions } from '../../src/provider/mail.ts'
import { createProvider, pages } from '../../src/public.ts'
import { type Ask, embedded } from '../support/embedded.ts'
import { ORIGIN, send as sendToWorker } from '../support/http.ts'
import { threat } from '../support/must.ts'

const ON = { OAUTH_MAIL_FROM: 'accounts@example.org' }
const LETTER: Letter = {
  lang: 'en',
  subject: 'Your code',
  paragraphs: ['This is your code.'],
  code: '012345',
  link: { label: 'Or go on here', url: 'https://id.example/go-on-here' },
  closing: [],
}

/** A feature with an endpoint that sends a letter. */
function lettersTo(to: string, letter: Letter): Feature {
  return {
    name: 'letters',
    endpoints: [
      {
        at: 'root',
        path: '/send',
        method: 'GET',
        body: 'none',
        caller: 'nobody',
        cors: false,
        summary: 'Sends a letter',
        async answer(_request, provider: Provider) {
          sendMail(letter, to, provider)
          return { body: { can: canMail(provider) } }
        },
      },
    ],
  }
}

/** A Worker that has it. */
function sending(options: MailOptions, to = 'ann@example.org', letter = LETTER): Ask {
  return embedded({ features: [pages(), mail(options), lettersTo(to, letter)] })
}

/** The same without the wait for what goes on after the answer. */
function workerOf(options: MailOptions): Hono<ProviderEnv> {
  return createProvider({ features: [pages(), mail(options), lettersTo('ann@example.org', LETTER)] })
    .wellKnown
}

/** A function that sends by keeping what it gets. */
function collecting(): { readonly mails: Mail[]; readonly send: (mail: Mail) => Promise<void> } {
  const mails: Mail[] = []
  return {
    mails,
    send: async (sent) => {
      mails.push(sent)
    },
  }
}

describe('mail', () => {
  it('is sent by a function of the Worker, from the address of the setting', async () => {
    const { mails, send } = collecting()
    const answer = await sending({ send })('/send', {}, { ...ON, OAUTH_SITE_NAME: 'Example' })
    expect(await answer.json()).toEqual({ can: true })
    expect(mails).toMatchObject([
      {
        from: { name: 'Example', email: 'accounts@example.org' },
        to: 'ann@example.org',
        subject: 'Your code',
      },
    ])
  })

  it('is sent by the binding of Cloudflare, if no function is given', async () => {
    const ids: string[] = []
    const EMAIL = {
      async send(message: Parameters<SendEmail['send']>[0]) {
        const result = await env.EMAIL?.send(message)
        ids.push(result?.messageId ?? '')
        return result
      },
    }
    expect((await sending({})('/send', {}, { ...ON, EMAIL })).status).toBe(200)
    expect(ids).toEqual([expect.stringMatching(/./)])
  })

  it('is off without an address to send from', async () => {
    const { mails, send } = collecting()
    expect(await (await sending({ send })('/send')).json()).toEqual({ can: false })
    expect(mails).toEqual([])
  })

  it('is a configuration error without a binding and a function', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const answer = await sending({})('/send', {}, { ...ON, EMAIL: undefined })
    const lines = logged.mock.calls.map(([line]) => String(line))
    logged.mockRestore()
    expect(answer.status).toBe(500)
    expect(lines.join('\n')).toContain('EMAIL: is not bound, but OAUTH_MAIL_FROM is set')
  })

  it('is sent by one feature of a provider', () => {
    expect(() =>
      createProvider({ features: [pages(), mail(), { name: 'post', ...mailerOf(mail()) }] }),
    ).toThrow('hold two that send mail')
  })

  it('does not keep the answer waiting', async () => {
    const order: string[] = []
    const context = createExecutionContext()
    const send = async (): Promise<void> => {
      await scheduler.wait(50)
      order.push('sent')
    }
    await workerOf({ send }).fetch(new Request(`${ORIGIN}/send`), { ...env, ...ON }, context)
    order.push('answered')
    await waitOnExecutionContext(context)
    expect(order).toEqual(['answered', 'sent'])
  })

  threat(172, 'an address that holds a header gets no mail', async () => {
    const { mails, send } = collecting()
    for (const to of ['ann@example.org\r\nBcc: eve@evil.example', 'ann@example.org, eve@evil.example'])
      await sending({ send }, to)('/send', {}, ON)
    expect(mails).toEqual([])
  })

  threat(
    151,
    'the log of a mail that failed holds neither its code nor its link nor its address',
    async () => {
      const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined)
      const send = async (sent: Mail): Promise<void> => {
        throw new Error(`550 refused: ${JSON.stringify(sent)}`)
      }
      const answer = await sending({ send })('/send', {}, ON)
      const line = logged.mock.calls.map((parts) => parts.map(String).join(' ')).join('\n')
      logged.mockRestore()
      expect(answer.status).toBe(200)
      expect(line).toContain('mail was not sent: Error: 550 refused')
      for (const secret of ['012345', 'go-on-here', 'ann@example.org']) expect(line).not.toContain(secret)
    },
  )
})

function mailerOf({ mailer }: Feature): Pick<Feature, 'mailer'> {
  return mailer ? { mailer } : {}
}

describe('the outbox of the demo', () => {
  it('shows the mail that would have been sent, the newest first, with its links', async () => {
    const demo = { OAUTH_DEMO: 'true' }
    const { mails, send } = collecting()
    for (const subject of ['First', 'Second <b>']) {
      await sending({ send }, 'ann@example.org', { ...LETTER, subject })('/send', {}, demo)
      await scheduler.wait(2)
    }
    expect(mails).toEqual([])
    const page = await sendToWorker('/demo/mail', {}, demo)
    const text = await page.text()
    expect(page.status).toBe(200)
    expect([...text.matchAll(/<h2>(.*?)<\/h2>/g)].map(([, subject]) => subject)).toEqual([
      'Second &lt;b&gt;',
      'First',
    ])
    expect(text).toContain('<a href="https://id.example/go-on-here">')
    expect(text).toContain('012345')
  })

  it('makes no link of an address that is not ours', async () => {
    const letter = { ...LETTER, paragraphs: ['https://evil.example/x', 'javascript:alert(1)'] }
    await sending({}, 'ann@example.org', letter)('/send', {}, { OAUTH_DEMO: 'true' })
    const text = await (await sendToWorker('/demo/mail', {}, { OAUTH_DEMO: 'true' })).text()
    expect(text).toContain('https://evil.example/x')
    expect(text).not.toMatch(/href="(?:https:\/\/evil|javascript)/)
  })

  it('is empty at first, and is not there outside of a demo', async () => {
    expect(await (await sendToWorker('/demo/mail', {}, { OAUTH_DEMO: 'true' })).text()).toContain(
      'No mail yet',
    )
    expect((await sendToWorker('/demo/mail', {}, ON)).status).toBe(404)
  })

  threat(152, 'the storage holds no mail that could be read', async () => {
    await sending({})('/send', {}, { OAUTH_DEMO: 'true' })
    const { keys } = await env.KV.list({ prefix: 'mail:' })
    expect(keys).toHaveLength(1)
    const held = (await env.KV.get(keys[0]?.name ?? '')) ?? ''
    for (const secret of ['012345', 'go-on-here', 'ann@example.org']) expect(held).not.toContain(secret)
  })
})
