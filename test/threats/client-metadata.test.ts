import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import { givenCast } from '../support/fixture.ts'
import { authorizationUrl, signedIn } from '../support/flow.ts'
import { threat } from '../support/must.ts'
import { withoutOurScript } from '../support/own-script.ts'
import { metadataOf, registerClient } from '../support/registration.ts'

const LOGO = 'https://cdn.rp.example/logo.png'
const ABOUT = {
  logo_uri: LOGO,
  policy_uri: 'https://rp.example/privacy',
  tos_uri: 'https://rp.example/terms',
  contacts: ['help@rp.example', 'https://rp.example/help', 'Ask at the desk'],
}

let alice = ''
beforeEach(async () => {
  ;({ alice } = await givenCast())
})

/** Gives the client `web` metadata that stand in the storage as they are, whatever a registration would say of them. */
async function givenAbout(metadata: object, name = 'Photo prints'): Promise<void> {
  await env.DB.prepare('UPDATE clients SET metadata = ?, name = ? WHERE client_id = ?')
    .bind(JSON.stringify(metadata), name, 'web')
    .run()
}

interface Shown {
  readonly text: string
  readonly policy: Readonly<Record<string, string>>
}

async function shownBy(browser: Awaited<ReturnType<typeof signedIn>>): Promise<Shown> {
  const { response, text } = await browser.visit(authorizationUrl())
  const header = response.headers.get('Content-Security-Policy') ?? ''
  const rest = await withoutOurScript(text, response.headers)
  // The sign-in page has a script of ours, and its hash in the policy: neither has anything to do with what clients say.
  const own = rest === text ? [] : ['script-src', 'connect-src']
  const directives = header.split(';').map((part) => part.trim().split(/ (.*)/s))
  const entries = directives.map(([name = '', value = '']) => [name, value] as const)
  return { text: rest, policy: Object.fromEntries(entries.filter(([name]) => !own.includes(name))) }
}

/** The consent page and the sign-in page of an authorization request. */
async function pagesOf(): Promise<readonly Shown[]> {
  return [await shownBy(await signedIn(alice)), await shownBy(openBrowser())]
}

const STRICT = {
  'default-src': "'none'",
  'style-src': "'self'",
  'img-src': "'self'",
  'form-action': "'self'",
  'frame-ancestors': "'none'",
  'base-uri': "'none'",
}

describe('what a client says of itself', () => {
  it('stands on the consent page and on the sign-in page (oidcc-registration-logo-uri, oidcc-registration-policy-uri, oidcc-registration-tos-uri)', async () => {
    await givenAbout(ABOUT)
    for (const { policy, text } of await pagesOf()) {
      expect(text).toContain(`src="${LOGO}"`)
      expect(text).toContain(`<a href="${ABOUT.policy_uri}" rel="noreferrer">Privacy policy</a>`)
      expect(text).toContain(`<a href="${ABOUT.tos_uri}" rel="noreferrer">Terms of service</a>`)
      expect(text).toContain('<a href="mailto:help@rp.example" rel="noreferrer">help@rp.example</a>')
      expect(text).toContain('<a href="https://rp.example/help" rel="noreferrer">')
      expect(text).toContain('Ask at the desk')
      expect(policy).toEqual({ ...STRICT, 'img-src': `'self' ${LOGO}` })
    }
  })

  it('lets its logo in on no other page', async () => {
    await givenAbout(ABOUT)
    const browser = await signedIn(alice)
    await shownBy(browser)
    for (const path of ['/account', '/login', '/logout', '/']) {
      const policy = (await browser.get(path)).headers.get('Content-Security-Policy') ?? ''
      expect(policy).not.toContain('rp.example')
    }
  })

  threat(181, 'is never fetched by the provider itself, at registration or later', async () => {
    // Nothing answers at such a host: a fetch would fail, and the registration with it.
    const about = {
      logo_uri: 'https://nowhere.invalid/l.png',
      policy_uri: 'https://nowhere.invalid/p',
      tos_uri: 'http://169.254.169.254/latest/meta-data',
    }
    const registered = await registerClient(metadataOf(about))
    expect(registered).toMatchObject({ status: 201, ...about })
    const fields = {
      client_id: registered.client_id,
      redirect_uri: 'https://rp.example/cb',
      scope: undefined,
    }
    const { status, text } = await openBrowser().visit(authorizationUrl(fields))
    expect(status).toBe(200)
    expect(text).toContain(about.logo_uri)
  })

  threat(181, 'runs no script, in whichever member it stands', async () => {
    const script = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    await givenAbout(
      {
        logo_uri: `https://cdn.rp.example/${script.replaceAll(' ', '%20')}`,
        policy_uri: `https://rp.example/${script.replaceAll(' ', '%20')}`,
        tos_uri: 'javascript:alert(1)',
        contacts: [script, 'javascript:alert(1)', 'data:text/html,<script>alert(1)</script>'],
      },
      script,
    )
    for (const { policy, text } of await pagesOf()) {
      expect(text).not.toMatch(/<script|<img src=x|href="(?:javascript|data):/i)
      expect(text).not.toContain('Terms of service')
      expect(policy).not.toHaveProperty('script-src')
      expect(policy['default-src']).toBe("'none'")
    }
  })

  threat(181, 'makes no link of what is no address of the web', async () => {
    for (const url of [
      'javascript:alert(1)',
      'JaVaScRiPt:alert(1)',
      'java\nscript:alert(1)',
      ' javascript:alert(1)',
      'data:text/html,x',
      'vbscript:x',
      'file:///etc/passwd',
      '//evil.example/x',
      'https://id.example@evil.example/',
    ]) {
      await givenAbout({ logo_uri: url, policy_uri: url, tos_uri: url, contacts: [url] })
      for (const { policy, text } of await pagesOf()) {
        expect(text).not.toMatch(
          /Privacy policy|Terms of service|href="(?:javascript|java|data|vbscript|file):/i,
        )
        expect(text).not.toContain('class="logo')
        expect(policy).toEqual(STRICT)
      }
    }
  })

  threat(181, 'shows no logo that would loosen the policy of the page', async () => {
    for (const logo_uri of [
      'http://cdn.rp.example/l.png',
      'https://*/l.png',
      'https://a;script-src/l.png',
      "https://a,'unsafe-inline'/l.png",
    ]) {
      await givenAbout({ logo_uri })
      const { response, text } = await (await signedIn(alice)).visit(authorizationUrl())
      expect(text).not.toContain('class="logo')
      expect(response.headers.get('Content-Security-Policy')).toContain("img-src 'self';")
    }
  })

  threat(181, 'ends no directive and begins none, with semicolons, quotes or line breaks', async () => {
    for (const path of [
      ";script-src%20'unsafe-inline'",
      ';script-src*',
      ',script-src*',
      "'self'",
      '%0d%0aSet-Cookie:x=1',
      '"',
    ]) {
      await givenAbout({ logo_uri: `${LOGO}${path}` })
      const { response, text } = await (await signedIn(alice)).visit(authorizationUrl())
      const policy = response.headers.get('Content-Security-Policy') ?? ''
      expect(text).toContain('class="logo mark-large"')
      expect(policy.split(';').map((part) => part.trim().split(' ')[0])).toEqual(Object.keys(STRICT))
      expect(policy).not.toContain(',')
      expect(response.headers.get('Set-Cookie') ?? '').not.toContain('x=1')
    }
  })

  threat(181, 'neither fills the page nor reverses it', async () => {
    await givenAbout(
      {
        contacts: Array.from({ length: 20 }, (_, index) => `${'x'.repeat(190)}${index}`),
        policy_uri: `https://rp.example/${'p'.repeat(1900)}`,
      },
      `\u202egnp.${'n'.repeat(150)}`,
    )
    for (const { text } of await pagesOf()) {
      expect(text).not.toContain('\u202e')
      expect(text).not.toContain('x'.repeat(81))
      expect(text.match(/x{79}…/g)).toHaveLength(3)
      expect(text.length).toBeLessThan(12_000)
    }
  })

  threat(181, 'adds no recipient or text to a mail', async () => {
    for (const contact of [
      'a@rp.example?cc=b@evil.example',
      'a@rp.example,b@evil.example',
      'a%0a@rp.example',
    ]) {
      await givenAbout({ contacts: [contact] })
      const { text } = await (await signedIn(alice)).visit(authorizationUrl())
      expect(text).toContain(contact)
      expect(text).not.toContain('mailto:')
    }
  })

  threat(181, 'is refused at registration where it is no address of the web, or endless', async () => {
    for (const member of ['logo_uri', 'policy_uri', 'tos_uri']) {
      for (const value of [
        'javascript:alert(1)',
        'data:image/png,x',
        'ftp://rp.example/l.png',
        `https://rp.example/${'x'.repeat(2000)}`,
        'https://rp.example/a\r\nb',
        7,
      ]) {
        expect(await registerClient(metadataOf({ [member]: value }))).toMatchObject({
          status: 400,
          error: 'invalid_client_metadata',
        })
      }
    }
    expect(await registerClient(metadataOf({ contacts: ['a\nb'] }))).toMatchObject({ status: 400 })
  })
})
