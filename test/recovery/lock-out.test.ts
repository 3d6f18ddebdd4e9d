import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect } from 'vitest'
import { type Browser, hiddenFields, openBrowser } from '../support/browser.ts'
import { givenCast, givenUser, PASSWORD } from '../support/fixture.ts'
import { codeIn, mailTo, readMails } from '../support/mail.ts'
import { threat } from '../support/must.ts'
import { travel } from '../support/time.ts'
import { askToSignIn, BY_MAIL, giveAddress, LINKS, RECOVER, typeCode } from './support.ts'

const ALICE = 'alice@example.org'
let alice = ''
let bob = ''

beforeEach(async () => {
  ;({ alice, bob } = await givenCast())
  await giveAddress(alice, ALICE)
})

/** A browser in which Alice has signed in by mail, and signed out again. */
async function knownBrowser(): Promise<Browser> {
  const browser = openBrowser(LINKS)
  await typeCode(browser, await askToSignIn(browser, ALICE), codeIn(await mailTo(ALICE)))
  await signOut(browser)
  return browser
}

/** A browser in which somebody has signed in by a password, and signed out again. */
async function browserOf(username: string): Promise<Browser> {
  const browser = openBrowser(LINKS)
  const page = await browser.visit('/login')
  const form = { ...hiddenFields(page.text, '/login'), username, password: PASSWORD }
  expect((await browser.post('/login', form)).status).toBe(303)
  await signOut(browser)
  return browser
}

async function signOut(browser: Browser): Promise<void> {
  const page = await browser.visit('/logout')
  await browser.post('/logout', hiddenFields(page.text, '/logout'))
}

/** Asks for a mail; returns how many arrive. */
async function asksFor(browser: Browser, path: string, identifier: string): Promise<number> {
  const before = (await readMails()).length
  await browser.submit(await browser.visit(path), path, [['identifier', identifier]])
  return (await readMails()).length - before
}

/** What strangers do: they ask as often as it helps, from the network of the person. */
async function useUp(identifier: string): Promise<void> {
  await env.DB.prepare('DELETE FROM throttle').run()
  for (const path of [BY_MAIL, RECOVER]) {
    await asksFor(openBrowser(LINKS), path, identifier)
  }
  await env.DB.prepare('UPDATE throttle SET count = 1000').run()
}

describe('strangers who ask for the mails of somebody', () => {
  threat(178, 'keep nobody out of a browser in which the person has signed in before', async () => {
    const browser = await knownBrowser()
    for (const identifier of ['alice', ALICE, 'Alice@Example.org']) {
      await useUp(identifier)
      for (const path of [BY_MAIL, RECOVER]) {
        expect([path, await asksFor(openBrowser(LINKS), path, identifier)]).toEqual([path, 0])
        expect([path, await asksFor(browser, path, identifier)]).toEqual([path, 1])
      }
    }
    const asked = await askToSignIn(browser, ALICE)
    expect((await typeCode(browser, asked, codeIn(await mailTo(ALICE)))).path).toBe('/account')
  })

  threat(178, 'such a browser gets five mails an hour, and takes none from others', async () => {
    const browser = await knownBrowser()
    const sent: number[] = []
    for (let index = 0; index < 6; index++) sent.push(await asksFor(browser, RECOVER, 'alice'))
    expect(sent).toEqual([1, 1, 1, 1, 1, 0])
    expect(await asksFor(openBrowser(LINKS), RECOVER, 'alice')).toBe(1)
    travel(3601)
    expect(await asksFor(browser, RECOVER, 'alice')).toBe(1)
  })

  threat(
    178,
    'a browser is known under the name after a password, and not under an address of others',
    async () => {
      // Anybody may write the address of somebody else to an account; it counts once it was read.
      await giveAddress(alice, 'bob@example.org')
      const browser = await browserOf('alice')
      await useUp('bob@example.org')
      expect(await asksFor(browser, RECOVER, 'bob@example.org')).toBe(0)
      await useUp('alice')
      expect(await asksFor(browser, RECOVER, 'alice')).toBe(1)
    },
  )

  threat(175, 'a name that is the address of somebody else takes its mails out of no limit', async () => {
    await givenUser(ALICE)
    const browser = await browserOf(ALICE)
    await useUp(ALICE)
    for (const path of [BY_MAIL, RECOVER])
      expect([path, await asksFor(browser, path, ALICE)]).toEqual([path, 0])
  })

  threat(
    178,
    'a name that looks like an address is known where it is the address of nobody else',
    async () => {
      const name = 'carol@example.org'
      await givenUser(name, { email: 'carol@example.net' })
      const browser = await browserOf(name)
      await useUp(name)
      expect(await asksFor(openBrowser(LINKS), RECOVER, name)).toBe(0)
      expect(await asksFor(browser, RECOVER, name)).toBe(1)
    },
  )

  threat(178, 'a browser in which an address was proved is known under it', async () => {
    const browser = openBrowser(LINKS)
    await typeCode(browser, await askToSignIn(browser, 'alice'), codeIn(await mailTo(ALICE)))
    await env.DB.prepare('DELETE FROM throttle').run()
    const fresh = 'alice@example.net'
    const page = await browser.visit('/account/email')
    const { anti_forgery = '' } = hiddenFields(page.text, '/account/email')
    await browser.post('/account/email', { anti_forgery, intent: 'send', email: fresh })
    const code = codeIn(await mailTo(fresh))
    await browser.post('/account/email', { anti_forgery, intent: 'code', code })
    await signOut(browser)
    await useUp(fresh)
    expect(await asksFor(openBrowser(LINKS), RECOVER, fresh)).toBe(0)
    expect(await asksFor(browser, RECOVER, fresh)).toBe(1)
  })

  threat(
    178,
    'a browser is not known under an address whose letters only fold to those of its own',
    async () => {
      const own = 'alice@gmaıl.example'
      await giveAddress(alice, own)
      await giveAddress(bob, 'alice@gmail.example')
      const browser = openBrowser(LINKS)
      await typeCode(browser, await askToSignIn(browser, own), codeIn(await mailTo(own)))
      await signOut(browser)
      await useUp('alice@gmail.example')
      expect(await asksFor(browser, RECOVER, 'alice@gmail.example')).toBe(0)
      expect(await asksFor(browser, RECOVER, own)).toBe(1)
    },
  )
})
