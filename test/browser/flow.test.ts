import type { Page } from 'playwright-core'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { useWorld } from './use-world.ts'
import { APP, authorizeUrl, givenClient, givenUser, heading, landed, post, press, signIn } from './world.ts'

const CHALLENGE = {
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  code_challenge_method: 'S256',
}

const world = useWorld()
beforeAll(async () => {
  await givenClient(world, 'demo', {
    name: 'Demo',
    redirectUri: `${world.origin}/demo/callback`,
    secret: 'demo-secret',
  })
  await givenClient(world, 'web')
})
afterEach(async () => {
  await world.tidy()
  expect(world.takeComplaints()).toEqual([])
  expect(world.app.received.filter(({ headers }) => headers.referer !== undefined)).toEqual([])
})

/** Opens a browser at a request, in which a new user has signed in: at the consent page. */
async function atConsent(username: string, params: Readonly<Record<string, string>> = {}): Promise<Page> {
  await givenUser(world, username)
  const page = await world.open()
  await page.goto(authorizeUrl(world, { client_id: 'web', ...params }))
  await signIn(page, username)
  return page
}

/** Opens another tab of the same browser. */
async function tab(page: Page, url: string): Promise<Page> {
  const other = await page.context().newPage()
  await other.goto(url)
  return other
}

/** The fields of a command, as a shell hands them to curl. */
function fieldsOf(command: string | null): string {
  return [...(command ?? '').matchAll(/ -d "([^"]*)"/g)].map(([, field]) => field).join('&')
}

async function signOut(page: Page): Promise<void> {
  await page.goto(`${world.origin}/logout`)
  await press(page, 'Sign out')
  expect(await heading(page)).toBe('You are signed out')
}

describe('the whole flow', () => {
  it('goes by clicks from the demo to a code and to its tokens, which open the API', async () => {
    await givenUser(world, 'ann')
    const page = await world.open()
    await page.goto(world.origin)
    await page.getByRole('link', { name: 'Try the whole flow' }).click()
    await page.getByRole('link', { name: 'Start' }).click()
    await signIn(page, 'ann')
    expect(await heading(page)).toBe('Authorize Demo')
    await press(page, 'Authorize')
    await page.waitForURL('**/demo/callback?**')
    expect(await heading(page)).toBe('The application got a code')
    expect(new URL(page.url()).searchParams.get('iss')).toBe(world.origin)
    const redeem = fieldsOf(await page.locator('pre').textContent())
    await press(page, 'Redeem for me')
    expect(await heading(page)).toBe('The application has its tokens')
    const [access = '', type, , scope] = await page.locator('dd').allTextContents()
    expect([type, scope]).toEqual(['Bearer', 'read write'])
    const api = await fetch(`${world.origin}/demo/api`, { headers: { Authorization: `Bearer ${access}` } })
    expect(await api.json()).toMatchObject({ client_id: 'demo', username: 'ann' })
    expect(await post(`${world.origin}/oauth2/token`, redeem)).toMatchObject({ error: 'invalid_grant' })
  })

  it('asks once: the next request is answered by a single redirect', async () => {
    const page = await atConsent('bea')
    await press(page, 'Authorize')
    await landed(page)
    const response = await page.goto(authorizeUrl(world, { client_id: 'web', state: 'again' }))
    const answer = await landed(page)
    expect(answer.get('state')).toBe('again')
    expect(answer.get('code')).toMatch(/./)
    const before = response?.request().redirectedFrom()
    expect(before?.url()).toContain('/oauth2/authorize?')
    expect(before?.redirectedFrom()).toBeNull()
  })

  it('tells the application that the user denies', async () => {
    const page = await atConsent('ben', { state: 'no' })
    await press(page, 'Cancel')
    const answer = Object.fromEntries(await landed(page))
    expect(answer).toEqual({
      error: 'access_denied',
      error_description: expect.any(String) as string,
      state: 'no',
      iss: world.origin,
    })
  })

  it('gives the application what is ticked, and nothing else', async () => {
    const page = await atConsent('boo', { scope: 'read write' })
    await page.getByLabel('Write your data').uncheck()
    await press(page, 'Authorize')
    const code = (await landed(page)).get('code') ?? ''
    const form = { grant_type: 'authorization_code', redirect_uri: `${APP}/cb`, client_id: 'web', code }
    const body = new URLSearchParams({ ...form, client_secret: 'the-secret-of-a-client' }).toString()
    expect(await post(`${world.origin}/oauth2/token`, body)).toMatchObject({ scope: 'read' })
  })

  it('says that the password is wrong, keeps the name, and goes on with the right one', async () => {
    await givenUser(world, 'cat')
    const page = await world.open()
    await page.goto(authorizeUrl(world, { client_id: 'web' }))
    await signIn(page, 'cat', 'wrong')
    expect(await page.getByRole('alert').textContent()).toContain('Wrong username or password.')
    expect(await page.title()).toMatch(/^Error: /)
    expect(await page.getByLabel('Username').inputValue()).toBe('cat')
    expect(await page.getByLabel('Password').inputValue()).toBe('')
    await signIn(page, 'cat')
    expect(await heading(page)).toBe('Authorize Photo Prints')
  })

  it('lets somebody else sign in for the same request', async () => {
    const page = await atConsent('dan', { state: 'same' })
    await givenUser(world, 'dora')
    await press(page, 'Not you?')
    await signIn(page, 'dora')
    expect(await page.getByText('Signed in as').textContent()).toBe('Signed in as dora')
    await press(page, 'Authorize')
    expect((await landed(page)).get('state')).toBe('same')
  })

  it('speaks German to who prefers it', async () => {
    await givenUser(world, 'emil')
    const page = await world.open({ locale: 'de-AT' })
    await page.goto(authorizeUrl(world, { client_id: 'web' }))
    expect(await page.locator('html').getAttribute('lang')).toBe('de')
    await page.getByLabel('Benutzername').fill('emil')
    await page.getByLabel('Passwort').fill('wrong')
    await press(page, 'Anmelden')
    expect(await page.getByRole('alert').textContent()).toContain('Benutzername oder Passwort ist falsch.')
  })
})

describe('tabs and time', () => {
  it('keeps two requests apart, each with its own answer', async () => {
    const first = await atConsent('eve', { state: 'first' })
    const second = await tab(first, authorizeUrl(world, { client_id: 'demo', state: 'second' }))
    expect(await heading(second)).toBe('Authorize Demo')
    await press(first, 'Authorize')
    expect((await landed(first)).get('state')).toBe('first')
    await press(second, 'Authorize')
    await second.waitForURL('**/demo/callback?**')
    expect(new URL(second.url()).searchParams.get('state')).toBe('second')
    expect(new URL(second.url()).searchParams.get('code')).toMatch(/./)
  })

  it('takes a sign-in in one tab for the sign-in page of another', async () => {
    await givenUser(world, 'fay')
    const first = await world.open()
    await first.goto(authorizeUrl(world, { client_id: 'web', state: 'first' }))
    const second = await tab(first, authorizeUrl(world, { client_id: 'demo', state: 'second' }))
    await signIn(first, 'fay')
    await signIn(second, 'fay')
    expect(await heading(first)).toBe('Authorize Photo Prints')
    expect(await heading(second)).toBe('Authorize Demo')
  })

  it('shows nothing behind the back button once somebody has signed out', async () => {
    const page = await atConsent('gil')
    await page.goto(`${world.origin}/account`)
    expect(await page.content()).toContain('Signed in as gil')
    await signOut(page)
    for (let steps = 0; steps < 3; steps++) {
      await page.goBack()
      expect(await page.content()).not.toContain('gil')
    }
  })

  it('refuses a consent that was given before and sent after signing out', async () => {
    const page = await atConsent('hal')
    await signOut(await tab(page, `${world.origin}/account`))
    const before = world.app.received.length
    await press(page, 'Authorize')
    expect(await heading(page)).toBe('This form is out of date')
    expect(world.app.received).toHaveLength(before)
    expect(await page.content()).not.toContain('hal')
  })

  it('has the user sign in again where the session ended meanwhile, then goes on', async () => {
    const page = await atConsent('ian', { state: 'late' })
    await world.db.prepare("UPDATE sessions SET expires_at = 1 WHERE user_id = 'id-ian'").run()
    await press(page, 'Authorize')
    expect(await heading(page)).toBe('Sign in')
    await signIn(page, 'ian')
    await press(page, 'Authorize')
    expect((await landed(page)).get('state')).toBe('late')
  })

  it('says so where the request is gone', async () => {
    const page = await atConsent('jan')
    const cookies = await page.context().cookies()
    const request = cookies.find(({ name }) => name.includes('request'))
    await page.context().clearCookies({ name: request?.name ?? '' })
    await press(page, 'Authorize')
    expect(await page.locator('.lead').textContent()).toBe('The application’s request has expired.')
    await page.goto(`${world.origin}/oauth2/authorize/confirm`)
    expect(await heading(page)).toBe('This took too long')
  })

  it('answers once: going back says so, and leads to the application by a click alone', async () => {
    const page = await atConsent('jil', { state: 'again' })
    await press(page, 'Authorize')
    const first = await landed(page)
    const before = world.app.received.length
    await page.goBack()
    expect(await page.getByRole('status').textContent()).toContain('already been sent to Photo Prints')
    expect(world.app.received).toHaveLength(before)
    await page.getByRole('button', { name: 'Continue as jil' }).click()
    const second = await landed(page)
    expect(second.get('state')).toBe('again')
    expect(second.get('code')).not.toBe(first.get('code'))
  })

  it('takes a button pressed twice while the application still answers', async () => {
    let answer = (): void => {}
    const waits = new Promise<void>((resolve) => (answer = resolve))
    world.app.delays.set('/slow', waits)
    await givenClient(world, 'slow', { redirectUri: `${APP}/slow` })
    const page = await atConsent('joy', { client_id: 'slow', state: 'twice' })
    const button = page.getByRole('button', { name: 'Authorize' })
    const arrived = page.waitForRequest(`${APP}/slow?**`)
    await button.dblclick({ noWaitAfter: true })
    await arrived
    answer()
    await page.waitForURL(`${APP}/slow?**`)
    const { searchParams } = new URL(page.url())
    expect([searchParams.get('state'), searchParams.get('error')]).toEqual(['twice', null])
    expect(searchParams.get('code')).toMatch(/./)
  })
})

describe('the keyboard', () => {
  it('is enough, and shows where it is', async () => {
    await givenUser(world, 'kim')
    const page = await world.open()
    await page.goto(authorizeUrl(world, { client_id: 'web', scope: 'read write' }))
    // The page begins there; Chromium focuses the field with the first frame, which may follow the load event.
    await page.locator('#username:focus').waitFor()
    await page.keyboard.type('kim')
    await reach(page, 'password')
    await page.keyboard.type('correct horse battery staple')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/oauth2/authorize/confirm**')
    await reach(page, 'scope-1')
    await page.keyboard.press('Space')
    expect(await page.getByLabel('Write your data').isChecked()).toBe(false)
    await reach(page, 'authorize')
    await page.keyboard.press('Enter')
    expect((await landed(page)).get('code')).toMatch(/./)
  })

  it('skips to the content', async () => {
    const page = await world.open()
    await page.goto(`${world.origin}/`)
    await page.keyboard.press('Tab')
    expect(await page.getByRole('link', { name: 'Skip to content' }).isVisible()).toBe(true)
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    expect(await page.evaluate<string>('document.activeElement.textContent')).toBe('Sign in')
  })
})

/** Presses Tab until the element with an id or a name has the focus; each on the way must show it. */
async function reach(page: Page, target: string): Promise<void> {
  for (let presses = 0; presses < 15; presses++) {
    await page.keyboard.press('Tab')
    const [name, style, width] = await page.evaluate<readonly [string, string, number]>(
      `[document.activeElement.id || document.activeElement.name || document.activeElement.textContent,
        getComputedStyle(document.activeElement).outlineStyle,
        parseFloat(getComputedStyle(document.activeElement).outlineWidth)]`,
    )
    expect({ name, style, width }).toMatchObject({ style: 'solid', width: 3 })
    if (name === target) return
  }
  throw new Error(`Tab never reaches ${target}`)
}

describe('response modes', () => {
  it('answers in the fragment', async () => {
    const page = await atConsent('leo', { response_mode: 'fragment', state: 'f r' })
    await press(page, 'Authorize')
    const answer = await landed(page)
    expect(new URL(page.url()).search).toBe('')
    expect(answer.get('state')).toBe('f r')
    expect(answer.get('code')).toMatch(/./)
  })

  it('answers by a form that sends itself', async () => {
    const page = await atConsent('mia', { response_mode: 'form_post', state: '"><b>' })
    await press(page, 'Authorize')
    await page.waitForURL(`${APP}/cb`)
    const last = world.app.received.at(-1)
    expect(last?.method).toBe('POST')
    const answer = new URLSearchParams(last?.body)
    expect([...answer.keys()].toSorted()).toEqual(['code', 'iss', 'state'])
    expect(answer.get('state')).toBe('"><b>')
  })

  it('goes all the way without JavaScript, form included', async () => {
    await givenUser(world, 'noa')
    const page = await world.open({ javaScriptEnabled: false })
    await page.goto(authorizeUrl(world, { client_id: 'web', response_mode: 'form_post', state: 'plain' }))
    await signIn(page, 'noa')
    await press(page, 'Authorize')
    expect(await heading(page)).toBe('One moment')
    await press(page, 'Continue')
    expect(page.url()).toBe(`${APP}/cb`)
    expect(new URLSearchParams(world.app.received.at(-1)?.body).get('state')).toBe('plain')
  })
})

describe('an application whose callback redirects on to other hosts', () => {
  const END = 'http://third.example/end'
  beforeAll(async () => {
    world.app.redirects.set('/hop', 'http://second.example/hop2')
    world.app.redirects.set('/hop2', END)
    await givenClient(world, 'hops', { redirectUri: `${APP}/hop` })
  })

  it('is reached from the consent form, the sign-in form and a denial', async () => {
    const page = await atConsent('ria', { client_id: 'hops' })
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.waitForURL(`${END}?error=access_denied**`)
    await page.goto(authorizeUrl(world, { client_id: 'hops' }))
    await page.getByRole('button', { name: 'Authorize' }).click()
    await page.waitForURL(`${END}?code=**`)
    const other = await world.open()
    await other.goto(authorizeUrl(world, { client_id: 'hops' }))
    await signIn(other, 'ria')
    await other.waitForURL(`${END}?code=**`)
    expect(new URL(other.url()).searchParams.get('iss')).toBe(world.origin)
  })

  it('is reached without JavaScript', async () => {
    await givenUser(world, 'rex')
    const page = await world.open({ javaScriptEnabled: false })
    await page.goto(authorizeUrl(world, { client_id: 'hops' }))
    await signIn(page, 'rex')
    await page.getByRole('button', { name: 'Authorize' }).click()
    await page.waitForURL(`${END}?code=**`)
    expect(new URL(page.url()).searchParams.get('iss')).toBe(world.origin)
  })

  it('is reached by a form that sends itself', async () => {
    const page = await atConsent('ron', { client_id: 'hops', response_mode: 'form_post' })
    await page.getByRole('button', { name: 'Authorize' }).click()
    await page.waitForURL(END)
    const posted = world.app.received.find(({ method, url }) => method === 'POST' && url.pathname === '/hop')
    expect(new URLSearchParams(posted?.body).get('code')).toMatch(/./)
  })

  it('gets no code by an address of ours, and Back leads no second time there', async () => {
    const page = await atConsent('roy', { client_id: 'hops' })
    const ours: string[] = []
    page.on('request', (request) => ours.push(request.url()))
    await page.getByRole('button', { name: 'Authorize' }).click()
    await page.waitForURL(`${END}?code=**`)
    expect(ours.filter((url) => url.startsWith(world.origin) && url.includes('code='))).toEqual([])
    await page.goBack()
    expect(page.url()).toMatch(/authorize\/confirm\?request=/)
  })
})

describe('applications on the device', () => {
  const native = { type: 'public', requirePkce: true, name: 'Files', url: null } as const

  it('are pointed out, and a custom scheme gets its code', async () => {
    await givenClient(world, 'scheme', { ...native, redirectUri: 'com.example.files:/cb' })
    const page = await atConsent('oda', { client_id: 'scheme', ...CHALLENGE })
    expect(await page.getByRole('status').textContent()).toContain(
      'Nobody can tell here whether it really is Files.',
    )
    // The page's policy lets the browser hand the answer over, and there is no such application here that takes it.
    const handed = page.waitForEvent('requestfailed', (request) => request.url().startsWith('com.'))
    await page.getByRole('button', { name: 'Authorize' }).click()
    const { protocol, searchParams } = new URL((await handed).url())
    expect(protocol).toBe('com.example.files:')
    expect(searchParams.get('code')).toMatch(/./)
  })

  it('are asked for each time, on whatever port they listen', async () => {
    await givenClient(world, 'loopback', { ...native, redirectUri: 'http://127.0.0.1/cb' })
    const redirectUri = `http://127.0.0.1:${world.app.port}/cb`
    const params = { client_id: 'loopback', redirect_uri: redirectUri, ...CHALLENGE }
    const page = await atConsent('pam', params)
    for (const state of ['once', 'twice']) {
      await page.goto(authorizeUrl(world, { ...params, state }))
      expect(await page.getByRole('status').textContent()).toContain('an app on this device')
      await page.getByRole('button', { name: 'Authorize' }).click()
      await page.waitForURL(`${redirectUri}**`)
      const answer = new URL(page.url())
      expect(`${answer.origin}${answer.pathname}`).toBe(redirectUri)
      expect(answer.searchParams.get('state')).toBe(state)
    }
  })
})

describe('other sites', () => {
  it('learn nothing from a referrer, not even by the link to their own', async () => {
    const page = await atConsent('quin')
    await page.getByRole('link', { name: 'app.example' }).click()
    await page.waitForURL(`${APP}/about`)
    expect(world.app.received.at(-1)?.url.pathname).toBe('/about')
    expect(world.app.received.at(-1)?.headers.referer).toBeUndefined()
  })

  it('hear from a window that they opened for a request, and of no other page of ours', async () => {
    await givenUser(world, 'pia')
    const page = await world.open()
    await page.goto(`${APP}/opener`)
    const opened = async (url: string): Promise<Page> => {
      const popup = page.waitForEvent('popup')
      await page.evaluate(`void window.open(${JSON.stringify(url)})`)
      return popup
    }
    const isLinked = async (window: Page): Promise<unknown> => window.evaluate('window.opener !== null')
    const popup = await opened(authorizeUrl(world, { client_id: 'web' }))
    await signIn(popup, 'pia')
    await press(popup, 'Authorize')
    await landed(popup)
    expect(await isLinked(popup)).toBe(true)
    const account = await opened(`${world.origin}/account`)
    await account.getByRole('heading', { level: 1 }).waitFor()
    expect(await isLinked(account)).toBe(false)
  })

  it('cannot frame a page', async () => {
    world.app.pages.set('/frame', `<iframe src="${world.origin}/login" title="trap"></iframe>`)
    const page = await world.open()
    const refused = page.context().waitForEvent('console', (message) => message.type() === 'error')
    await page.goto(`${APP}/frame`)
    expect((await refused).text()).toContain("frame-ancestors 'none'")
    expect(await page.frameLocator('iframe').locator('input').count()).toBe(0)
    expect(world.takeComplaints()).toHaveLength(1)
  })

  it('cannot send a form of ours for the user', async () => {
    const page = await atConsent('rob')
    await press(page, 'Authorize')
    await landed(page)
    const form = `<form method="post" action="${world.origin}/account">
      <input name="intent" value="revoke-application"><input name="client_id" value="web"><button>Win</button></form>`
    world.app.pages.set('/forge', form)
    await page.goto(`${APP}/forge`)
    await press(page, 'Win')
    expect(await heading(page)).toBe('This form is out of date')
    await page.goto(`${world.origin}/account`)
    expect(await page.getByRole('heading', { name: 'Photo Prints' }).count()).toBe(1)
  })
})
