import { beforeEach, describe, expect, it } from 'vitest'
import { mail } from '../../src/provider/mail.ts'
import { pages } from '../../src/public.ts'
import { openBrowser } from '../support/browser.ts'
import { embedded } from '../support/embedded.ts'
import { givenCast, givenClient, givenSession } from '../support/fixture.ts'
import { answerOf, ORIGIN, post, send } from '../support/http.ts'

const DEMO = { OAUTH_DEMO: 'true' }
const CALLBACK = `${ORIGIN}/demo/callback`

beforeEach(async () => {
  const { alice } = await givenCast()
  await givenClient('demo', { secret: 'demo-secret', redirectUris: [CALLBACK], autoAuthorize: true })
  cookie = await givenSession(alice)
})
let cookie: Awaited<ReturnType<typeof givenSession>>

/** A browser in which the demo's client has got a code, at the page that shows it. */
async function atCallback(vars: Readonly<Record<string, string>> = DEMO) {
  const browser = openBrowser(vars)
  browser.cookies.set(cookie.name, cookie.value)
  const query = new URLSearchParams({
    client_id: 'demo',
    redirect_uri: CALLBACK,
    response_type: 'code',
    scope: 'read',
  })
  const page = await browser.visit(`/oauth2/authorize?${query.toString()}`)
  expect(page.path).toMatch(/^\/demo\/callback\?code=ac_/)
  return { browser, page }
}

/** The commands of a page: their addresses and their fields, or their headers. */
function commandsOf(text: string) {
  return [...text.matchAll(/<pre class="code">([^<]*)<\/pre>/g)].map(([, escaped = '']) => {
    const lines = escaped.replaceAll('&quot;', '"').split(' \\\n')
    const fields = lines.slice(1).map((line) => /^ {2}-d "([^"]*)"$/.exec(line)?.[1] ?? '')
    return {
      url: lines[0]?.replace('curl ', '') ?? '',
      form: fields.join('&'),
      header: /Bearer ([^"]*)"/.exec(escaped.replaceAll('&quot;', '"'))?.[1],
    }
  })
}

describe('the demo', () => {
  it('shows a command of one field a line that redeems the code', async () => {
    const { page } = await atCallback()
    const [redeem] = commandsOf(page.text)
    expect(redeem?.url).toBe(`${ORIGIN}/oauth2/token`)
    expect(redeem?.form.split('&')).toHaveLength(5)
    const answer = await answerOf(await post('/oauth2/token', redeem?.form ?? ''))
    expect(answer).toMatchObject({ status: 200, scope: 'read' })
  })

  it('redeems the code at the press of a button, and shows what the tokens are good for', async () => {
    const { browser, page } = await atCallback()
    const tokens = await browser.submit(page, '/demo/redeem', [])
    expect(tokens.status).toBe(200)
    expect(tokens.response.headers.get('Cache-Control')).toBe('no-store')
    const [api, introspect, refresh, revoke] = commandsOf(tokens.text)
    const called = await send(api?.url ?? '', { headers: { Authorization: `Bearer ${api?.header}` } }, DEMO)
    expect(await called.json()).toMatchObject({ client_id: 'demo', username: 'alice' })
    expect(await answerOf(await post(introspect?.url ?? '', introspect?.form ?? ''))).toMatchObject({
      active: true,
    })
    expect(await answerOf(await post(refresh?.url ?? '', refresh?.form ?? ''))).toMatchObject({
      scope: 'read',
    })
    expect((await post(revoke?.url ?? '', revoke?.form ?? '')).status).toBe(200)
    expect(await answerOf(await post(refresh?.url ?? '', refresh?.form ?? ''))).toMatchObject({
      error: 'invalid_grant',
    })
  })

  it('says that a code which comes again was refused, and the first tokens end', async () => {
    const { browser, page } = await atCallback()
    const first = await browser.submit(page, '/demo/redeem', [])
    const again = await browser.submit(page, '/demo/redeem', [])
    expect(again.status).toBe(400)
    expect(again.text).toContain('The code was refused')
    expect(again.text).toContain('invalid_grant')
    expect(commandsOf(again.text)).toEqual([])
    const [, introspect] = commandsOf(first.text)
    expect(await answerOf(await post(introspect?.url ?? '', introspect?.form ?? ''))).toMatchObject({
      active: false,
    })
  })

  it('redeems nothing for a form of another site, and is not there without OAUTH_DEMO', async () => {
    const { page } = await atCallback()
    const code = new URL(page.path, ORIGIN).searchParams.get('code') ?? ''
    expect((await post('/demo/redeem', { code }, {}, DEMO)).status).toBe(403)
    const headers = { Cookie: `${cookie.name}=${cookie.value}` }
    expect((await post('/demo/redeem', { anti_forgery: 'x', code }, headers, DEMO)).status).toBe(403)
    expect((await post('/demo/redeem', { code })).status).toBe(404)
    expect(await answerOf(await post('/oauth2/token', commandsOf(page.text)[0]?.form ?? ''))).toMatchObject({
      status: 200,
    })
  })

  it('puts nothing of a code into a command that a shell would read', async () => {
    const code = encodeURIComponent('$(touch /tmp/x)`id`";\\\n&x=')
    const text = await (await send(`/demo/callback?code=${code}`, {}, DEMO)).text()
    const [redeem] = commandsOf(text)
    expect(redeem?.form).toContain('code=touchtmpxidx')
  })
})

describe('a provider without the feature demo()', () => {
  it('has no demo, whatever the setting, and shows the mail of a local run all the same', async () => {
    const ask = embedded({ features: [pages(), mail()] })
    for (const path of ['/demo', '/demo/callback', '/demo/api']) {
      expect((await ask(path, {}, DEMO)).status).toBe(404)
    }
    expect(await (await ask('/', {}, DEMO)).text()).not.toContain('/demo')
    expect((await ask('/demo/mail', {}, DEMO)).status).toBe(200)
    expect((await ask('/demo/mail')).status).toBe(404)
  })
})
