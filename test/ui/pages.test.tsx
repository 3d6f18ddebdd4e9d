import type { JSX } from 'hono/jsx/jsx-runtime'
import { describe, expect, it } from 'vitest'
import { AccountPage, type AccountPageProps } from '../../src/pages/account.tsx'
import { ConsentPage, type ConsentPageProps } from '../../src/pages/consent.tsx'
import { DemoCallbackPage, DemoPage } from '../../src/pages/demo/pages.tsx'
import { DemoTokensPage } from '../../src/pages/demo/tokens-page.tsx'
import { ErrorPage } from '../../src/pages/error.tsx'
import { FormPostPage, submitAsset } from '../../src/pages/form-post.tsx'
import { FrontPage } from '../../src/pages/front.tsx'
import { HandoverPage } from '../../src/pages/handover.tsx'
import { LoginPage } from '../../src/pages/login.tsx'
import { LogoutPage } from '../../src/pages/logout.tsx'
import { SelectAccountPage } from '../../src/pages/select-account.tsx'
import { SignUpPage } from '../../src/pages/sign-up.tsx'
import { FormFields, Time } from '../../src/ui/components.tsx'
import { Layout, renderPage } from '../../src/ui/layout.tsx'
import type { Ui } from '../../src/ui/theme.ts'
import { english, germanMessages } from '../support/languages.ts'

const theme = { siteName: 'Lighthouse', logoUrl: null, accentColor: '#0f6b5c' }
const ui: Ui = {
  messages: english,
  theme,
  styleUrl: '/assets/style-x.css',
  antiForgery: 'anti-forgery-value',
}
const german: Ui = { ...ui, messages: germanMessages }
/** The seed's text for a redirect URI that is not the client's. */
const MISMATCH = "The requested redirect didn't match the client settings."
/** Breaks out of text, of attributes in either quotes, of titles and of comments, if anything lets it. */
const HOSTILE = `</title></textarea>--><script>alert(1)</script><img src=x onerror=alert(1)>"' onfocus=alert(1) autofocus x="`
const hostileUi: Ui = {
  ...ui,
  antiForgery: HOSTILE,
  theme: { siteName: HOSTILE, logoUrl: `javascript:${HOSTILE}`, accentColor: HOSTILE },
}
const scopes = [
  { name: 'read', description: 'See your photos' },
  { name: 'write', description: null },
]
const consent: ConsentPageProps = {
  ui,
  action: '/oauth2/authorize/confirm',
  fields: { request: 'r1' },
  client: { name: 'Photo Printer', url: 'https://photos.example/about' },
  redirectUri: 'https://app.photos.example/cb',
  scopes,
  username: 'demo',
  switchUser: { action: '/logout', fields: { request: 'r1' } },
}
const account: AccountPageProps = {
  ui,
  action: '/account',
  user: { username: 'demo', email: null },
  applications: [
    {
      clientId: 'c1',
      name: 'Calendar',
      url: null,
      scopes,
      since: 1_700_000_000,
      lastUsed: null,
      repeatedElsewhere: 1_700_000_200,
    },
  ],
  sessions: [
    {
      id: 's1',
      userAgent: 'curl/8',
      network: '203.0.113.7',
      since: 1_700_000_000,
      lastSeen: 1_700_000_100,
      current: true,
    },
    {
      id: 's2',
      userAgent: null,
      network: null,
      since: 1_700_000_000,
      lastSeen: 1_700_000_100,
      current: false,
    },
  ],
  ownsPassword: true,
  minPasswordLength: 10,
  logoutUrl: '/logout',
  sections: [],
}

/** Every page, with the worst text wherever somebody else has a say. */
function hostilePages(): readonly (readonly [name: string, page: JSX.Element])[] {
  const client = { name: HOSTILE, url: `javascript:${HOSTILE}` }
  const text = { name: HOSTILE, description: HOSTILE }
  const common = { ui: hostileUi, action: '/x', fields: { [HOSTILE]: HOSTILE } }
  const notice = { kind: 'error', text: HOSTILE, advice: HOSTILE } as const
  const answer = { code: HOSTILE, error: HOSTILE, errorDescription: HOSTILE, state: HOSTILE, iss: HOSTILE }
  const device = { id: HOSTILE, userAgent: HOSTILE, network: HOSTILE, since: 0, lastSeen: 0, current: false }
  const application = {
    clientId: HOSTILE,
    ...client,
    scopes: [text],
    since: 0,
    lastUsed: 0,
    repeatedElsewhere: 0,
  }
  const errors = { username: HOSTILE, email: HOSTILE, password: HOSTILE, repeated: HOSTILE }
  const passwordErrors = { current: HOSTILE, new: HOSTILE, repeated: HOSTILE }
  return [
    ['login', <LoginPage {...common} client={client} username={HOSTILE} notice={notice} />],
    [
      'consent',
      <ConsentPage
        {...consent}
        {...common}
        client={client}
        redirectUri={HOSTILE}
        scopes={[text]}
        username={HOSTILE}
      />,
    ],
    ['logout', <LogoutPage {...common} username={HOSTILE} accountUrl="/account" loginUrl="/login" />],
    [
      'account',
      <AccountPage
        {...account}
        ui={hostileUi}
        user={{ username: HOSTILE, email: HOSTILE }}
        applications={[application]}
        sessions={[device]}
        notice={notice}
        passwordErrors={passwordErrors}
      />,
    ],
    [
      'sign-up',
      <SignUpPage
        {...common}
        values={{ username: HOSTILE, email: HOSTILE }}
        errors={errors}
        minPasswordLength={10}
        loginUrl="/login"
      />,
    ],
    [
      'error',
      <ErrorPage
        ui={hostileUi}
        problem="invalidRequest"
        details={{ error_description: HOSTILE }}
        errorId={HOSTILE}
      />,
    ],
    [
      'demo',
      <DemoCallbackPage
        ui={hostileUi}
        answer={answer}
        redeem={{ action: '/x', code: HOSTILE, curl: HOSTILE }}
        startUrl="/demo"
      />,
    ],
    [
      'demo-tokens',
      <DemoTokensPage
        ui={hostileUi}
        answer={{ [HOSTILE]: HOSTILE }}
        refused={false}
        commands={[{ purpose: 'revoke', curl: HOSTILE }]}
        startUrl="/demo"
      />,
    ],
    [
      'front',
      <FrontPage
        ui={hostileUi}
        username={HOSTILE}
        accountUrl="/account"
        loginUrl="/login"
        logoutUrl="/logout"
        signUpUrl="/sign-up"
        adminUrl="/admin"
        demoUrl="/demo"
      />,
    ],
    [
      'select-account',
      <SelectAccountPage
        {...common}
        client={client}
        username={HOSTILE}
        answered
        switchUser={{ action: '/logout', fields: { [HOSTILE]: HOSTILE } }}
      />,
    ],
    ['handover', <HandoverPage ui={hostileUi} host={HOSTILE} againUrl={`/again?${HOSTILE}`} />],
    [
      'form-post',
      <FormPostPage
        ui={hostileUi}
        redirectUri={`https://x.example/?${HOSTILE}`}
        parameters={[[HOSTILE, HOSTILE]]}
        scriptUrl="/s.js"
      />,
    ],
  ]
}

describe('what others wrote', () => {
  it.each(hostilePages())('stays text on the page %s', async (_name, page) => {
    const html = await renderPage(page)
    expect(html).not.toMatch(/<script>|<img src=x/)
    // Whatever is left of it between tags or in attributes has lost its quotes and angle brackets.
    const tags = html.match(/<[a-z][^>]*>/g) ?? []
    const bare = tags.map((tag) => tag.replaceAll(/"[^"]*"/g, '""'))
    // Our own autofocus has a value; that of the hostile text has none.
    expect(bare.filter((tag) => /\son[a-z]+=|\sautofocus(?!="")|javascript:/.test(tag))).toEqual([])
    expect(tags.filter((tag) => /\s(?:href|src|action)="(?:javascript|data):/i.test(tag))).toEqual([])
  })

  it('runs no script and sets no style on any page', async () => {
    const pages = await Promise.all(
      [...hostilePages().map(([, page]) => page), <DemoPage ui={ui} authorizeUrl="/a" />].map(renderPage),
    )
    for (const html of pages) {
      expect(html).not.toMatch(/<style|\sstyle=|\son[a-z]+="/)
      expect([...html.matchAll(/<script[^>]*>/g)].flat().filter((tag) => !tag.includes('src='))).toEqual([])
    }
  })
})

describe('a page', () => {
  it('is a document in its language, with a doctype', async () => {
    const html = await renderPage(<Layout ui={german} title="Anmelden" />)
    expect(html).toMatch(/^<!doctype html><html lang="de">/)
    expect(html).toContain('<title>Anmelden · Lighthouse</title>')
    expect(html).toContain('<link rel="stylesheet" href="/assets/style-x.css"/>')
    expect(html).toContain('href="#content"')
  })

  it('shows a logo of ours or of the web', async () => {
    const logo = (logoUrl: string) =>
      renderPage(<Layout ui={{ ...ui, theme: { ...theme, logoUrl } }} title="x" />)
    expect(await logo('https://cdn.example/l.svg')).toContain(
      '<img class="logo" src="https://cdn.example/l.svg" alt=""',
    )
    expect(await logo('javascript:alert(1)')).not.toContain('<img')
  })

  it('gives times for people and for programs', async () => {
    expect(await renderPage(<Time at={1_700_000_000} messages={ui.messages} />)).toContain(
      '<time datetime="2023-11-14T22:13:20.000Z">Nov 14, 2023, 22:13 UTC</time>',
    )
    expect(await renderPage(<Time at={1_700_000_000} messages={german.messages} />)).toContain(
      '14. Nov. 2023, 22:13 UTC',
    )
    expect(
      await renderPage(<Time at={1_700_000_000} messages={german.messages} zone="Europe/Berlin" />),
    ).toContain('<time datetime="2023-11-14T22:13:20.000Z">14. Nov. 2023, 23:13 MEZ</time>')
  })
})

describe('a form', () => {
  it('cannot be rendered without the anti-forgery field', () => {
    const { antiForgery: _, ...without } = ui
    expect(() => FormFields({ ui: without })).toThrow(TypeError)
    expect(() => FormFields({ ui: { ...ui, antiForgery: '' } })).toThrow(TypeError)
  })

  it('carries it on every page, once for each form', async () => {
    for (const page of [
      <AccountPage {...account} />,
      <ConsentPage {...consent} />,
      <LoginPage ui={ui} action="/login" />,
    ]) {
      const html = await renderPage(page)
      const forms = html.match(/<form .*?<\/form>/gs) ?? []
      expect(forms.length).toBeGreaterThan(0)
      for (const form of forms) {
        expect(form).toMatch(/^<form method="post" action="\//)
        expect(form.match(/name="anti_forgery" value="anti-forgery-value"/g)).toHaveLength(1)
      }
    }
  })

  it('never carries it to a client', async () => {
    const html = await renderPage(
      <FormPostPage
        ui={ui}
        redirectUri="https://app.example/cb"
        parameters={[['state', ' a+b%20']]}
        scriptUrl="/assets/s.js"
      />,
    )
    expect(html).not.toContain('anti-forgery-value')
    expect(html).toContain('<input type="hidden" name="state" value=" a+b%20"/>')
    expect(html).toContain('<script src="/assets/s.js" defer=""></script>')
  })

  it('is not sent to a client at what is no web address', async () => {
    const html = await renderPage(
      <FormPostPage
        ui={ui}
        redirectUri="javascript:alert(1)"
        parameters={[['code', 'c1']]}
        scriptUrl="/s.js"
      />,
    )
    expect(html).not.toMatch(/<form|<script|c1/)
  })

  it('has its script in a file of its own', async () => {
    const { path, headers } = await submitAsset()
    expect(path).toMatch(/^\/assets\/submit-[\w-]{12}\.js$/)
    expect(headers['Content-Type']).toBe('text/javascript; charset=utf-8')
  })
})

describe('the consent page', () => {
  it('says who asks for what and where the answer goes', async () => {
    const html = await renderPage(<ConsentPage {...consent} />)
    expect(html).toContain('Photo Printer would like to access your data with the following permissions:')
    expect(html).toContain('<a href="https://photos.example/about" rel="noreferrer">photos.example</a>')
    expect(html).toContain('<strong>app.photos.example</strong>')
    expect(html.match(/type="checkbox" name="scope" value="(read|write)" checked=""/g)).toHaveLength(2)
    expect(html).toMatch(
      /name="authorize" value="Authorize">Authorize<.*name="authorize" value="False">Cancel</,
    )
    expect(html).not.toContain('this device')
  })

  it.each(['http://127.0.0.1:4455/cb', 'com.example.app:/cb'])(
    'warns of an app on this device: %s',
    async (redirectUri) => {
      const html = await renderPage(<ConsentPage {...consent} redirectUri={redirectUri} />)
      expect(html).toContain('an app on this device')
      expect(html).toContain(ui.messages.consent.deviceWarning)
    },
  )

  it('keeps the values of its buttons in every language', async () => {
    const html = await renderPage(<ConsentPage {...consent} ui={german} />)
    expect(html).toMatch(/value="Authorize">Erlauben<.*value="False">Abbrechen</)
  })
})

describe('the page that stands between a form and a client', () => {
  it('names the host that the browser goes to, and leads there again by a link of ours, without a form', async () => {
    const html = await renderPage(<HandoverPage ui={ui} host="app.example" againUrl="/again?request=r1" />)
    expect(html).toContain('app.example')
    expect(html).toMatch(/<a [^>]*href="\/again\?request=r1"/)
    expect(html).not.toMatch(/<form|<script|http-equiv/)
  })
})

describe('the page that asks for the account', () => {
  const props = {
    ui,
    action: '/oauth2/authorize/confirm',
    fields: { request: 'r1' },
    client: { name: 'Photo Printer' },
    username: 'demo',
    switchUser: { action: '/logout', fields: { request: 'r1' } },
  }

  it('offers to go on as the user, to cancel, and to let somebody else sign in for the same request', async () => {
    const html = await renderPage(<SelectAccountPage {...props} />)
    expect(html).toMatch(/name="account" value="Continue".*name="authorize" value="False"/)
    expect(html).toMatch(/<form method="post" action="\/logout".*name="request" value="r1"/)
    expect(html).toContain(ui.messages.common.signedInAs('demo'))
    expect(html).not.toContain('role="status"')
  })

  it('says that the request was answered, if the person has come back to it', async () => {
    const html = await renderPage(<SelectAccountPage {...props} ui={german} answered />)
    expect(html).toContain(german.messages.selectAccount.answered('Photo Printer'))
  })
})

describe('the account page', () => {
  it.each([
    [english, 'also used from another network', 'If you cannot explain it, revoke the access'],
    [germanMessages, 'auch aus einem anderen Netz genutzt', 'entziehen Sie den Zugriff'],
  ])(
    'says in $name where an application was repeated from elsewhere, when, and what to do',
    async (messages, ...words) => {
      const html = await renderPage(<AccountPage {...account} ui={{ ...ui, messages }} />)
      expect(html).toMatch(
        new RegExp(`alert-warning.*${words.join('.*')}.*datetime="2023-11-14T22:16:40.000Z"`),
      )
      const applications = account.applications.map((one) => ({ ...one, repeatedElsewhere: null }))
      expect(await renderPage(<AccountPage {...account} applications={applications} />)).not.toContain(
        'alert-warning',
      )
    },
  )
})

describe('the front page', () => {
  const urls = { accountUrl: '/account', loginUrl: '/login', logoutUrl: '/logout' }
  const nowhere = { signUpUrl: null, adminUrl: null, demoUrl: null }

  it('leads a stranger to sign in, and to sign up only if that is possible', async () => {
    const closed = await renderPage(<FrontPage ui={ui} username={null} {...urls} {...nowhere} />)
    expect(closed).toContain('href="/login"')
    expect(closed).not.toMatch(/href="\/(?:sign-up|account|logout|admin|demo)"/)
    const open = await renderPage(
      <FrontPage ui={ui} username={null} {...urls} {...nowhere} signUpUrl="/sign-up" />,
    )
    expect(open).toContain('href="/sign-up"')
  })

  it('leads a user to the account and out, and only staff to the panel', async () => {
    const user = await renderPage(<FrontPage ui={ui} username="demo" {...urls} {...nowhere} />)
    expect(user).toMatch(/href="\/account".*href="\/logout"/)
    expect(user).not.toMatch(/href="\/(?:admin|login)"/)
    const staff = await renderPage(
      <FrontPage ui={ui} username="demo" {...urls} {...nowhere} adminUrl="/admin" />,
    )
    expect(staff).toContain('href="/admin"')
  })
})

describe('the account page', () => {
  it('offers to end everything but what is asking', async () => {
    const html = await renderPage(<AccountPage {...account} />)
    const intents = [...html.matchAll(/name="intent" value="([^"]+)"/g)].map(([, intent]) => intent)
    expect(intents).toEqual(['change-password', 'end-session', 'end-other-sessions', 'revoke-application'])
    expect(html).toContain('name="client_id" value="c1"')
    expect(html).toContain('name="session" value="s2"')
    expect(html).not.toContain('value="s1"')
    expect(html).toContain('This browser')
  })

  it('says what is not there', async () => {
    const html = await renderPage(
      <AccountPage {...account} applications={[]} sessions={account.sessions.slice(0, 1)} />,
    )
    expect(html).toContain('No application has access')
    expect(html).toContain('You are signed in nowhere else.')
    expect(html).not.toContain('end-other-sessions')
  })

  it('ties an error to its field', async () => {
    const html = await renderPage(
      <AccountPage {...account} passwordErrors={{ new: 'Use at least 10 characters.' }} />,
    )
    expect(html).toMatch(
      /id="new_password"[^>]* aria-describedby="new_password-hint new_password-error" aria-invalid="true"/,
    )
    expect(html).toContain('<span class="error" id="new_password-error">Use at least 10 characters.</span>')
    expect(html).toContain('<title>Error: Your account · Lighthouse</title>')
  })
})

it("the error page keeps the seed's messages readable in its source", async () => {
  const details = { error: 'invalid_request', error_description: MISMATCH, client_id: undefined }
  const html = await renderPage(<ErrorPage ui={ui} problem="redirectMismatch" details={details} />)
  expect(html).toContain(`<summary>Details for developers</summary>`)
  expect(html).toContain(`<dt>error_description</dt><dd><code>${MISMATCH}</code>`)
  expect(html).not.toContain('client_id')
  expect(html).toContain('<p class="lead">The application asked to send you to an address')
})
