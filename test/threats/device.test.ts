import { beforeEach, describe, expect, it } from 'vitest'
import { type Browser, openBrowser } from '../support/browser.ts'
import { givenDevices, letIn, poll, startDevice, typeCode } from '../support/device.ts'
import { givenCast, givenSession, givenUser, PASSWORD } from '../support/fixture.ts'
import { FORGED, signedIn } from '../support/flow.ts'
import { introspect, send } from '../support/http.ts'
import { threat } from '../support/must.ts'
import { expectRefusal } from '../support/refusal.ts'
import { travel } from '../support/time.ts'

let alice = ''
let bob = ''
beforeEach(async () => {
  ;({ alice, bob } = await givenCast())
  await givenDevices()
})

/** A browser in which a user is signed in, at an address of its own. */
async function signedInFrom(userId: string, address: string): Promise<Browser> {
  const browser = openBrowser({}, [], async (path, init = {}, vars = {}) => {
    const headers = new Headers(init.headers)
    headers.set('CF-Connecting-IP', address)
    return send(path, { ...init, headers }, vars)
  })
  const { name, value } = await givenSession(userId)
  browser.cookies.set(name, value)
  return browser
}

describe('user codes', () => {
  threat(120, 'are limited to ten guesses of a user in ten minutes, however they are made', async () => {
    const { user_code } = await startDevice()
    const browser = await signedIn(alice)
    for (let count = 0; count < 10; count++) {
      expect(await typeCode(browser, 'BCDF-GHJK')).toMatchObject({ status: 400 })
    }
    const stopped = await typeCode(browser, user_code)
    expect(stopped).toMatchObject({ status: 429 })
    expect(Number(stopped.response.headers.get('Retry-After'))).toBeGreaterThan(0)
    expect(stopped.text).not.toContain('Television')
    // Another browser of the same user counts with it; another user does not.
    expect(await typeCode(await signedIn(alice), user_code)).toMatchObject({ status: 429 })
    expect(await typeCode(await signedIn(bob), user_code)).toMatchObject({ status: 200 })
    travel(601)
    const { user_code: later } = await startDevice()
    expect(await typeCode(await signedIn(alice), later)).toMatchObject({ status: 200 })
  })

  threat(
    120,
    'are limited to a hundred guesses of a network, whichever of its addresses they come from',
    async () => {
      const { user_code } = await startDevice()
      for (let user = 0; user < 10; user++) {
        const browser = await signedInFrom(await givenUser(`guesser-${user}`), `2001:db8:1:2::${user + 1}`)
        for (let count = 0; count < 10; count++) {
          expect(await typeCode(browser, 'BCDF-GHJK')).toMatchObject({ status: 400 })
        }
      }
      expect(await typeCode(await signedInFrom(alice, '2001:db8:1:2::ff'), user_code)).toMatchObject({
        status: 429,
      })
      expect(await typeCode(await signedInFrom(bob, '2001:db8:1:3::1'), user_code)).toMatchObject({
        status: 200,
      })
    },
  )

  threat(120, 'that are right are no guesses', async () => {
    const browser = await signedIn(alice)
    for (let count = 0; count < 12; count++) {
      const { user_code } = await startDevice()
      expect(await typeCode(browser, user_code)).toMatchObject({ status: 200 })
    }
  })

  threat(120, 'are looked for by those alone who have signed in', async () => {
    const { user_code } = await startDevice()
    const posted = await openBrowser().post('/device', { intent: 'find', user_code: String(user_code) })
    expect(posted.headers.get('Location')).toBe('/login')
  })

  it('may be typed in any case, with spaces or without the dash', async () => {
    const browser = await signedIn(alice)
    for (const write of [
      (code: string) => code.toLowerCase(),
      (code: string) => code.replace('-', ''),
      (code: string) => ` ${code.replace('-', ' ')} `,
    ]) {
      const { user_code } = await startDevice()
      expect((await typeCode(browser, write(String(user_code)))).text).toContain('Television')
    }
  })
})

describe('a device that somebody else started', () => {
  threat(121, 'is shown with its name, its network and a warning, before anything is given', async () => {
    const network = { 'CF-Connecting-IP': '192.0.2.66' }
    const { user_code } = await startDevice({}, {}, network)
    const page = await typeCode(await signedIn(alice), user_code)
    expect(page.text).toContain('Connect Television?')
    expect(page.text).toContain(String(user_code))
    expect(page.text).toContain('192.0.2.66')
    expect(page.text).toContain('Continue only if you started Television yourself')
    expect(page.text).toContain('If somebody sent you this code or a link with it, cancel')
    expect(page.text).toMatch(/<time datetime="20/)
  })

  threat(121, 'is said to be in another network than its person, where it is, and only there', async () => {
    const { user_code } = await startDevice({}, {}, { 'CF-Connecting-IP': '192.0.2.66' })
    const seenFrom = async (address: string): Promise<boolean> => {
      const { text } = await typeCode(await signedInFrom(alice, address), user_code)
      return text.includes('The device asked from another network than yours')
    }
    expect(await seenFrom('198.51.100.7')).toBe(true)
    expect(await seenFrom('192.0.2.66')).toBe(false)
  })

  threat(
    121,
    'is answered once, where people answer at the same moment, and its tokens are of who won',
    async () => {
      const { device_code, user_code } = await startDevice()
      const people = await Promise.all([alice, bob, alice, bob, alice, bob].map(async (id) => signedIn(id)))
      const pages = await Promise.all(people.map(async (browser) => typeCode(browser, user_code)))
      const ends = await Promise.all(people.map(async (browser, n) => letIn(browser, pages[n]!)))
      const won = ends.flatMap(({ text }, n) => (text.includes('Your device is connected') ? [n] : []))
      expect(won).toHaveLength(1)
      const { access_token } = await poll(device_code)
      expect((await introspect(access_token))['sub']).toBe([alice, bob][won[0]! % 2])
    },
  )

  threat(121, 'is let in by the form of the person alone, and by nobody twice', async () => {
    const { device_code, user_code } = await startDevice()
    const browser = await signedIn(alice)
    const page = await typeCode(browser, user_code)
    const forged = await browser.post('/device', {
      intent: 'answer',
      user_code: String(user_code),
      scope: 'read',
      authorize: 'Authorize',
    })
    expect([forged.status, await forged.text()]).toEqual([403, expect.stringContaining(FORGED)])
    const foreign = await send('/device', {
      method: 'POST',
      headers: { Origin: 'https://evil.example', 'Content-Type': 'application/x-www-form-urlencoded' },
      body: `intent=answer&user_code=${String(user_code)}&authorize=Authorize&scope=read`,
    })
    expect(foreign.status).toBe(403)
    expectRefusal(await poll(device_code), 'authorization_pending')
    await letIn(browser, page)
    // Bob has the code, too: it waits for nobody any more.
    expect(await typeCode(await signedIn(bob), user_code)).toMatchObject({ status: 400 })
    travel(6)
    const answer = await poll(device_code)
    expect(await introspect(answer.access_token)).toMatchObject({ sub: alice })
  })

  threat(121, 'gets no more than what was ticked, and nothing where nothing was', async () => {
    const first = await startDevice({ scope: 'read write' })
    const browser = await signedIn(alice)
    await letIn(browser, await typeCode(browser, first['user_code']), ['read', 'admin'])
    expect(await poll(first['device_code'])).toMatchObject({ status: 200, scope: 'read' })
    const second = await startDevice()
    await letIn(browser, await typeCode(browser, second['user_code']), [])
    expectRefusal(await poll(second['device_code']), 'access_denied')
  })

  threat(125, 'is not let in by its complete address, which only fills in the code', async () => {
    const { device_code, user_code, verification_uri_complete } = await startDevice()
    const browser = await signedIn(alice)
    const page = await browser.visit(
      new URL(String(verification_uri_complete)).pathname + new URL(String(verification_uri_complete)).search,
    )
    expect(page.text).toContain(`value="${String(user_code)}"`)
    expect(page.text).toContain('Compare this code with the one on your device')
    expectRefusal(await poll(device_code), 'authorization_pending')
    const question = await browser.submit(page, '/device', [['user_code', String(user_code)]])
    expect(question.text).toContain('Connect Television?')
    travel(6)
    expectRefusal(await poll(device_code), 'authorization_pending')
    await letIn(browser, question)
    travel(20)
    expect(await poll(device_code)).toMatchObject({ status: 200 })
  })

  it('keeps its code while its person signs in, and leads back to it', async () => {
    const { user_code } = await startDevice()
    const browser = openBrowser()
    const login = await browser.visit(`/device?user_code=${String(user_code)}`)
    expect(login.path).toBe('/login')
    const page = await browser.submit(login, '/login', [
      ['username', 'alice'],
      ['password', PASSWORD],
    ])
    expect(page.path).toBe('/device')
    expect(page.text).toContain(`value="${String(user_code)}"`)
  })

  it('is answered while its session lives, and its time is not over', async () => {
    const { device_code, user_code } = await startDevice()
    const browser = await signedIn(alice)
    const page = await typeCode(browser, user_code)
    travel(601)
    expect(await letIn(browser, page)).toMatchObject({ status: 400 })
    expectRefusal(await poll(device_code), 'expired_token')
  })
})
