import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ConfigurationError } from '../../src/errors.ts'
import { createProvider } from '../../src/provider/create-provider.ts'
import { german } from '../../src/provider/german.ts'
import type { Language } from '../../src/provider/languages.ts'
import { actOn, signIn } from '../admin/support.ts'
import { giveAddress } from '../recovery/support.ts'
import { type Browser, openBrowser } from '../support/browser.ts'
import type { Ask } from '../support/embedded.ts'
import { givenCast, givenUser, PASSWORD } from '../support/fixture.ts'
import { authorizationUrl } from '../support/flow.ts'
import type { Vars } from '../support/http.ts'
import { english, FEATURE_TEXTS, widen, wide } from '../support/languages.ts'
import { mailTo, OUTBOX } from '../support/mail.ts'
import { plainOf, sendToThird, speaking } from '../support/third-language.ts'

const ALICE = 'alice@example.org'
const sendInEnglish = speaking([])
let alice = ''

beforeEach(async () => {
  ;({ alice } = await givenCast())
  await giveAddress(alice, ALICE)
  await env.DB.prepare('UPDATE users SET email_verified_at = 1').run()
})

/** A browser that asks for a language. */
function browserIn(language: string, vars: Vars, worker: Ask): Browser {
  return openBrowser(vars, [], async (path, init = {}, given = {}) => {
    const headers = new Headers(init.headers)
    headers.set('Accept-Language', language)
    return worker(path, { ...init, headers }, given)
  })
}

/** The language of a page, and those to which it leads, for a browser that asks for one. */
async function languagesOn(path: string, worker: Ask, language: string): Promise<readonly string[]> {
  const { text } = await browserIn(language, {}, worker).visit(path)
  return [...text.matchAll(/(?:<html |href)lang="([^"]+)"/g)].map(([, lang = '']) => lang)
}

describe('a provider with languages of its own', () => {
  it('speaks the one that the browser, its person or the application asks for, and leads to the others', async () => {
    expect(await languagesOn('/login', sendToThird, 'fr-CA')).toEqual(['fr', 'en', 'de'])
    expect(await languagesOn('/login', sendToThird, 'nl, it')).toEqual(['en', 'de', 'fr'])
    const browser = openBrowser({ OAUTH_SITE_NAME: '2001' }, [], sendToThird)
    const asked = await browser.visit(authorizationUrl({ ui_locales: 'it fr' }))
    expect(asked.text).toContain('<html lang="fr">')
    await browser.visit('/language?to=de&back=/login')
    expect((await browser.visit('/login')).text).toContain('<html lang="de">')
    await browser.visit('/language?to=fr&back=/login')
    expect(plainOf((await browser.visit('/login')).text)).toEqual([])
  })

  it('says in its metadata which there are', async () => {
    const announced = async (worker: Ask): Promise<unknown> =>
      (await (await worker('/.well-known/openid-configuration')).json<{ ui_locales_supported: unknown }>())
        .ui_locales_supported
    expect(await announced(sendToThird)).toEqual(['en', 'de', 'fr'])
    expect(await announced(sendInEnglish)).toEqual(['en'])
  })

  it('writes the mails that its people ask for in them', async () => {
    const browser = browserIn('fr', OUTBOX, sendToThird)
    await browser.submit(await browser.visit('/login/recover'), '/login/recover', [['identifier', 'alice']])
    const { subject, text } = await mailTo(ALICE)
    expect(subject).toBe(widen('A new password for Accounts'))
    expect(text.replaceAll(/https:\S+|-- \nAccounts\n/g, '')).not.toMatch(/[a-z]{2}/i)
  })

  it('writes what staff send in the one that a person prefers, else in that of OAUTH_MAIL_LANGUAGE', async () => {
    await givenUser('staff', { isStaff: true })
    const letBackIn = async (vars: Vars): Promise<string> => {
      await actOn(
        await signIn('staff', { ...OUTBOX, ...vars }, sendToThird),
        'users',
        [alice],
        'start-recovery',
      )
      return (await mailTo(ALICE)).subject
    }
    expect(await letBackIn({ OAUTH_MAIL_LANGUAGE: 'fr' })).toBe(widen('A new password for Accounts'))
    await env.DB.prepare(`UPDATE users SET profile = '{"locale":"de"}'`).run()
    expect(await letBackIn({ OAUTH_MAIL_LANGUAGE: 'fr' })).toBe('Ein neues Passwort für Accounts')
    await env.DB.prepare(`UPDATE users SET profile = '{"locale":"fr-CH"}'`).run()
    expect(await letBackIn({})).toBe(widen('A new password for Accounts'))
  })

  it('tells people of their accounts in them', async () => {
    const browser = browserIn('fr', OUTBOX, sendToThird)
    await browser.submit(await browser.visit('/login'), '/login', [
      ['username', 'alice'],
      ['password', PASSWORD],
    ])
    const { subject, text } = await mailTo(ALICE)
    expect(subject).toBe(widen('New sign-in to your account at Accounts'))
    expect(text.replaceAll(/https:\S+|-- \nAccounts\n/g, '')).not.toMatch(/[a-z]{2}/i)
  })

  it('has English where one lacks the texts of a feature', async () => {
    const { name, pages, tag } = wide
    const worker = speaking([{ name, pages, tag }])
    await givenUser('staff', { isStaff: true })
    const staff = await signIn('staff', OUTBOX, worker)
    await staff.visit('/language?to=fr&back=/login')
    for (const [path, said] of [
      ['/account/passkeys', FEATURE_TEXTS.passkeys(english).none],
      ['/device', FEATURE_TEXTS.device(english).intro],
      ['/admin', 'Overview'],
      ['/admin/clients', 'Clients'],
    ] as const) {
      const { text } = await staff.visit(path)
      expect([path, text.includes('<html lang="fr">'), plainOf(text).includes(said)]).toEqual([
        path,
        true,
        true,
      ])
      expect([path, text.includes(widen('Skip to content'))]).toEqual([path, true])
    }
    const browser = browserIn('fr', OUTBOX, worker)
    await browser.submit(await browser.visit('/login/recover'), '/login/recover', [['identifier', 'alice']])
    expect((await mailTo(ALICE)).subject).toBe('A new password for Accounts')
  })

  it.each([
    ['no tag at all', ['']],
    ['a name', ['français']],
    ['one that is written otherwise', ['de_DE']],
    ['one in other letters', ['FR']],
    ['two that are the same', ['fr', 'fr']],
    ['English, which is there', ['en']],
  ])('is refused with %s', (_what, tags) => {
    const languages: readonly Language[] = tags.map((tag) => ({ ...wide, tag }))
    expect(() => createProvider({ languages })).toThrow(ConfigurationError)
    expect(() => createProvider({ languages })).toThrow(
      `languages: hold ${JSON.stringify(tags.at(-1))}, which is there already, or no tag such as fr or pt-BR (RFC 5646)`,
    )
  })

  it('is refused no tag that Intl takes as it is', () => {
    const languages = ['fr', 'pt-BR', 'zh-Hant', 'en-GB', 'gsw'].map((tag) => ({ ...german, tag }))
    expect(() => createProvider({ languages })).not.toThrow()
  })
})

describe('a provider without other languages', () => {
  it('speaks English to everybody, and shows nothing to choose from', async () => {
    for (const path of ['/login', '/sign-up', '/device', '/', authorizationUrl({ ui_locales: 'de' })]) {
      expect([path, await languagesOn(path, sendInEnglish, 'de')]).toEqual([path, ['en']])
    }
    await givenUser('staff', { isStaff: true })
    const staff = await signIn('staff', {}, sendInEnglish)
    await staff.visit('/language?to=de&back=/admin')
    expect([...staff.cookies.keys()].filter((name) => name.includes('language'))).toEqual([])
    for (const path of ['/account', '/admin', '/admin/clients']) {
      const { text } = await staff.visit(path)
      expect([path, text.includes('<html lang="en">'), text.includes('hreflang')]).toEqual([
        path,
        true,
        false,
      ])
      expect(text).not.toContain('language?to=')
    }
  })

  it('refuses OAUTH_MAIL_LANGUAGE for another one, and says which it may be', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const answer = async (worker: Ask, tag: string): Promise<number> =>
      (await worker('/login', {}, { ...OUTBOX, OAUTH_MAIL_LANGUAGE: tag })).status
    expect(await answer(sendInEnglish, 'de')).toBe(500)
    expect(await answer(sendToThird, 'it')).toBe(500)
    expect([...new Set(logged.mock.calls.map(([line]) => String(line)))]).toEqual([
      'configuration error: OAUTH_MAIL_LANGUAGE: holds "de"; it may hold en',
      'configuration error: OAUTH_MAIL_LANGUAGE: holds "it"; it may hold en, de, fr',
    ])
    logged.mockRestore()
    expect(await answer(sendInEnglish, 'en')).toBe(200)
    expect(await answer(sendToThird, 'fr')).toBe(200)
  })
})
