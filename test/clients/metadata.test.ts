import { describe, expect, it } from 'vitest'
import {
  checkChosenSecret,
  checkClientId,
  checkClientSecret,
  generateClientId,
  generateClientSecret,
} from '../../src/clients/credentials.ts'
import { parseClientMetadata } from '../../src/clients/metadata.ts'
import { redirectUriProblem } from '../../src/clients/redirect-uri.ts'
import { InvalidInputError } from '../../src/errors.ts'

const REDIRECT = 'https://app.example/callback'
const minimal = { name: 'App', redirect_uris: [REDIRECT] }

/** Fields that are refused, with what is said about each. */
function problemsOf(input: Readonly<Record<string, unknown>>): Record<string, string> {
  try {
    parseClientMetadata(input)
    return {}
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    return Object.fromEntries(error.problems.map(({ field, message }) => [field, message]))
  }
}

describe('parseClientMetadata', () => {
  it('fills in what was left out', () => {
    expect(parseClientMetadata(minimal)).toEqual({
      name: 'App',
      url: null,
      type: 'confidential',
      redirectUris: [REDIRECT],
      grantTypes: ['authorization_code', 'refresh_token'],
      responseTypes: ['code'],
      scope: null,
      autoAuthorize: false,
      authorizeEveryTime: false,
      requirePkce: false,
      accessTokenLifetime: null,
      refreshTokenLifetime: null,
      refreshReuseInterval: null,
      metadata: {},
    })
    expect(parseClientMetadata({ ...minimal, type: 'public' })).toMatchObject({
      grantTypes: ['authorization_code', 'refresh_token'],
      requirePkce: true,
    })
  })

  it('derives the response types from the grant types, and looks at no others', () => {
    const grantTypes = ['implicit', 'authorization_code', 'implicit']
    const client = parseClientMetadata({ ...minimal, grant_types: grantTypes, response_types: ['id_token'] })
    expect(client.grantTypes).toEqual(['implicit', 'authorization_code'])
    expect(client.responseTypes).toEqual(['token', 'code'])
    const machine = { name: 'Cron', grant_types: ['client_credentials'] }
    expect(parseClientMetadata(machine)).toMatchObject({ responseTypes: [], redirectUris: [] })
  })

  it('sorts the scope; an empty one is none', () => {
    expect(parseClientMetadata({ ...minimal, scope: 'write  read write' }).scope).toBe('read write')
    expect(parseClientMetadata({ ...minimal, scope: '' }).scope).toBeNull()
    expect(parseClientMetadata({ ...minimal, scope: null }).scope).toBeNull()
  })

  it('takes extension grants by their URI (RFC 6749 4.5)', () => {
    const grantTypes = ['urn:ietf:params:oauth:grant-type:device_code', 'https://grants.example/saml']
    expect(parseClientMetadata({ name: 'App', grant_types: grantTypes }).grantTypes).toEqual(grantTypes)
  })

  it.each([
    ['name', { ...minimal, name: '' }],
    ['name', { ...minimal, name: '   ' }],
    ['name', { ...minimal, name: 'a'.repeat(201) }],
    ['name', { ...minimal, name: 'a\u0000b' }],
    ['name', { ...minimal, name: 5 }],
    ['name', { redirect_uris: [REDIRECT] }],
    ['url', { ...minimal, url: 'javascript:alert(1)' }],
    ['url', { ...minimal, url: '/relative' }],
    ['url', { ...minimal, url: 'https://user@app.example/' }],
    ['url', { ...minimal, url: 'https://app.example/a b' }],
    ['type', { ...minimal, type: 'secret' }],
    ['redirect_uris', { ...minimal, redirect_uris: REDIRECT }],
    ['redirect_uris', { ...minimal, redirect_uris: [] }],
    ['redirect_uris', { name: 'App', grant_types: ['implicit'] }],
    ['redirect_uris', { ...minimal, redirect_uris: [REDIRECT, REDIRECT] }],
    [
      'redirect_uris',
      { ...minimal, redirect_uris: Array.from({ length: 101 }, (_, at) => `${REDIRECT}/${at}`) },
    ],
    ['grant_types', { ...minimal, grant_types: [] }],
    ['grant_types', { ...minimal, grant_types: ['magic'] }],
    ['grant_types', { ...minimal, grant_types: 'password' }],
    ['grant_types', { ...minimal, grant_types: ['urn:a b'] }],
    ['grant_types', { ...minimal, type: 'public', grant_types: ['client_credentials'] }],
    ['scope', { ...minimal, scope: 'réad' }],
    ['scope', { ...minimal, scope: '"' }],
    ['scope', { ...minimal, scope: ['read'] }],
    ['auto_authorize', { ...minimal, auto_authorize: 'perhaps' }],
    ['require_pkce', { ...minimal, require_pkce: 1 }],
  ])('refuses %s in %j', (field, input) => {
    expect(Object.keys(problemsOf(input))).toEqual([field])
  })

  it('names every field that is wrong, at once', () => {
    const problems = problemsOf({ name: '', type: 'x', scope: '"' })
    expect(Object.keys(problems).toSorted()).toEqual(['name', 'redirect_uris', 'scope', 'type'])
    expect(problems['name']).toContain('1 to 200')
  })
})

describe('redirect URIs', () => {
  it.each([
    REDIRECT,
    'https://app.example',
    'https://app.example:8443/cb?tenant=1',
    'https://[2001:db8::1]/cb',
    'https://192.0.2.1/cb',
    'http://localhost:8787/demo/callback',
    'http://localhost',
    'http://127.0.0.1/cb',
    'http://127.0.0.1:0/cb',
    'http://[::1]:3000/cb?x=1',
    'com.example.app:/oauth2redirect',
    'com.example.app://callback',
    `https://app.example/${'a'.repeat(1980)}`,
  ])('may be %s', (uri) => {
    expect(problemsOf({ name: 'App', redirect_uris: [uri] })).toEqual({})
  })

  it.each([
    ['', 'absolute'],
    ['/callback', 'absolute'],
    ['app.example/callback', 'absolute'],
    ['//app.example/callback', 'absolute'],
    ['https://', 'absolute'],
    ['com.example.app:', 'absolute'],
    ['https://app.example/cb#', 'fragment'],
    ['https://app.example/cb#part', 'fragment'],
    ['com.example.app:/cb#', 'fragment'],
    ['https://user:password@app.example/', 'username'],
    ['https://@app.example/', 'username'],
    ['https://app.example@evil.example/', 'username'],
    ['https://app.example/ cb', 'ASCII'],
    [' https://app.example/cb', 'ASCII'],
    ['https://app.example/cb\n', 'ASCII'],
    ['https://app.example/\tcb', 'ASCII'],
    ['https://äpp.example/cb', 'ASCII'],
    ['https://app.example\\@evil.example/', 'backslash'],
    ['https:\\\\app.example/cb', 'backslash'],
    ['https://*.app.example/cb', 'wildcard'],
    ['https://app.example/*', 'wildcard'],
    ['javascript:alert(1)', 'scheme javascript'],
    ['JavaScript:alert(1)', 'scheme javascript'],
    ['data:text/html,hello', 'scheme data'],
    ['vbscript:x', 'scheme vbscript'],
    ['vbs:x', 'scheme vbs'],
    ['MailTo:mia@app.example', 'scheme mailto'],
    ['tel:+49301234', 'scheme tel'],
    ['sms:+49301234', 'scheme sms'],
    ['intent://app.example/#Intent;end', 'fragment'],
    ['intent://app.example/cb', 'scheme intent'],
    ['shell:startup', 'scheme shell'],
    ['ms-settings:display', 'scheme ms-settings'],
    ['ms-word:ofe|u|https://evil.example/x.docx', 'scheme ms-word'],
    ['search-ms:query=x', 'scheme search-ms'],
    ['itms-services://?action=download', 'scheme itms-services'],
    ['ssh://app.example/', 'scheme ssh'],
    ['ws://app.example/cb', 'scheme ws'],
    ['myapp://callback', 'RFC 8252 8.4'],
    ['myapp:/callback', 'RFC 8252 8.4'],
    ['urn:ietf:wg:oauth:2.0:oob', 'RFC 8252 8.4'],
    ['file:///etc/passwd', 'scheme file'],
    ['blob:https://app.example/1', 'scheme blob'],
    ['about:blank', 'scheme about'],
    ['http://app.example/cb', 'https'],
    ['http://localhost.evil.example/cb', 'https'],
    ['http://127.0.0.2/cb', 'https'],
    ['http://10.0.0.1/cb', 'https'],
    ['http://127.1/cb', 'plainly'],
    ['http://2130706433/cb', 'plainly'],
    ['http:localhost/cb', 'plainly'],
    ['https:app.example/cb', 'plainly'],
    ['https:///app.example/cb', 'plainly'],
    ['https://app%2eexample/cb', 'plainly'],
    [`https://app.example/${'a'.repeat(1981)}`, 'longer'],
  ])('may not be %j', (uri, why) => {
    expect(problemsOf({ name: 'App', redirect_uris: [uri] })['redirect_uris']).toContain(why)
  })
})

describe('schemes that start a program, mail or a call', () => {
  const PROGRAMS = `android-app apt chrome cmd content cscript edge facetime facetime-audio feed ftp geo git hcp help imap intent irc
    itms itms-apps itms-services jar javascript ldap mailto maps market message mms ms-access ms-appinstaller ms-cxh ms-excel
    ms-help ms-its ms-msdt ms-officecmd ms-powerpoint ms-search ms-settings ms-word news nfs opera powershell rdp res resource
    rlogin search search-ms sftp sh shell sip sips smb sms smsto ssh steam svn tel telnet vbs vbscript view-source vnc webcal
    windows-defender ws wscript wss x-apple-helpbasic xmpp`
  it('are refused in every spelling, also where short schemes are allowed', () => {
    for (const scheme of PROGRAMS.split(/\s+/)) {
      for (const uri of [`${scheme}:x`, `${scheme}://x/cb`, `${scheme.toUpperCase()}:/cb`]) {
        for (const allow_short_schemes of [true, false]) {
          const said = problemsOf({ name: 'App', allow_short_schemes, redirect_uris: [uri] })
          expect({ uri, said: said['redirect_uris'] }).toEqual({
            uri,
            said: expect.stringContaining(`must not use the scheme ${scheme}.`) as unknown,
          })
        }
      }
    }
  })
})

describe('redirect URIs that were asked for', () => {
  it('may use a scheme without a period, and still none that starts a program', () => {
    const asked = { name: 'App', allow_short_schemes: true }
    for (const uri of ['myapp://callback', 'cursor://editor/callback', 'urn:ietf:wg:oauth:2.0:oob']) {
      expect(problemsOf({ ...asked, redirect_uris: [uri] })).toEqual({})
    }
    for (const uri of ['mailto:mia@app.example', 'javascript:alert(1)', 'ms-word:x', 'vbs:x']) {
      expect(problemsOf({ ...asked, redirect_uris: [uri] })['redirect_uris']).toContain('scheme')
    }
  })

  it('may be plain http at the hosts that the setting names, and at no others', () => {
    const httpHosts = ['intranet.example', '10.0.0.5:8080']
    const problemOf = (uri: string) => redirectUriProblem(uri, { httpHosts })
    for (const uri of [
      'http://intranet.example/cb',
      'http://intranet.example:8000/cb',
      'http://10.0.0.5:8080/cb',
      'http://localhost/cb',
    ]) {
      expect({ uri, problem: problemOf(uri) }).toEqual({ uri, problem: null })
      expect(parseClientMetadata({ name: 'App', redirect_uris: [uri] }, { httpHosts }).redirectUris).toEqual([
        uri,
      ])
    }
    for (const uri of [
      'http://10.0.0.5/cb',
      'http://10.0.0.5:8081/cb',
      'http://app.intranet.example/cb',
      'http://intranet.example.evil.example/cb',
      'http://intranet.example@evil.example/cb',
      'http://INTRANET.example\\@evil.example/cb',
      'http://evil.example/?intranet.example',
    ]) {
      expect({ uri, problem: problemOf(uri) }).not.toEqual({ uri, problem: null })
    }
    expect(redirectUriProblem('http://intranet.example/cb')).toContain('OAUTH_ALLOW_HTTP_REDIRECTS')
  })
})

describe('client ids and secrets', () => {
  it('must be long where somebody chose them', () => {
    for (const secret of ['', 's', 'eleven-char'])
      expect(() => checkChosenSecret(secret)).toThrow('12 characters')
    expect(checkChosenSecret('twelve-chars')).toBe('twelve-chars')
    expect(() => checkChosenSecret('zwölf-zeichen')).toThrow('printable ASCII')
  })

  it('are made of letters that need no encoding', () => {
    expect(generateClientId()).toMatch(/^[0-9a-f]{32}$/)
    expect(generateClientSecret()).toMatch(/^[\w-]{43}$/)
    expect(generateClientSecret()).not.toBe(generateClientSecret())
  })

  it('may be chosen of printable ASCII (RFC 6749 A.1, A.2)', () => {
    expect(checkClientId('demo app:1')).toBe('demo app:1')
    expect(checkClientSecret(':p%ss w+rd&=')).toBe(':p%ss w+rd&=')
    for (const id of ['', 'ä', 'a\n', 'a'.repeat(256)]) expect(() => checkClientId(id)).toThrow('1 to 255')
    for (const secret of ['', 'ä', 'a\n', 'a'.repeat(513)]) {
      expect(() => checkClientSecret(secret)).toThrow('1 to 512')
    }
  })
})
