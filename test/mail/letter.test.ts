import { describe, expect, it } from 'vitest'
import { composeMail, type Letter } from '../../src/mail/letter.ts'
import { isMailbox } from '../../src/mail/mailbox.ts'
import { threat } from '../support/must.ts'

const FROM = { name: 'Accounts', email: 'accounts@example.org' }
const LETTER: Letter = {
  lang: 'en',
  subject: 'Your code',
  paragraphs: ['This is your code.'],
  code: '012345',
  link: { label: 'Or go on here', url: 'https://id.example/account/email?token=a&b=c' },
  closing: ['It is good for ten minutes.'],
}

describe('a letter', () => {
  it('says the same as plain text and as HTML', () => {
    const mail = composeMail(LETTER, 'ann@example.org', FROM)
    expect(mail).toMatchObject({ from: FROM, to: 'ann@example.org', subject: 'Your code' })
    expect(mail.text).toBe(`This is your code.

    012345

Or go on here:
https://id.example/account/email?token=a&b=c

It is good for ten minutes.

-- 
Accounts
`)
    for (const said of [
      'This is your code.',
      '012345',
      'Or go on here',
      'ten minutes',
      'lang="en"',
      '<title>Your code',
    ])
      expect(mail.html).toContain(said)
    expect(mail.html).toContain('href="https://id.example/account/email?token=a&amp;b=c"')
  })

  it('loads nothing from anywhere, and holds no markup of whoever gave a text', () => {
    const hostile = '"><img src="https://evil.example/x">\'</title><script>'
    const { html } = composeMail(
      {
        ...LETTER,
        lang: hostile,
        subject: hostile,
        paragraphs: [hostile],
        code: hostile,
        closing: [hostile],
      },
      'ann@example.org',
      { ...FROM, name: hostile },
    )
    expect(html).not.toMatch(/<(?:img|script|link|style|iframe)/)
    expect(html.match(/<\/title>/g)).toHaveLength(1)
    expect(html).not.toMatch(/src=["']/)
  })

  threat(172, 'a text with line breaks adds no header', async () => {
    const hostile = 'Hello\r\nBcc: everybody@example.org\r\n\r\nBuy\u2028this\u0000'
    const mail = composeMail({ ...LETTER, subject: hostile }, 'ann@example.org', { ...FROM, name: hostile })
    expect(mail.subject).toBe('Hello Bcc: everybody@example.org Buy this')
    expect(mail.from.name).toBe(mail.subject)
  })
})

describe('an address', () => {
  it.each([
    'ann@example.org',
    'ann+tag@mail.example.org',
    "o'neil@example.org",
    'a@b',
    'jürgen@müller.example',
    '用户@例子.广告',
    'accounts@localhost',
  ])('%s may get mail', (address) => {
    expect(isMailbox(address)).toBe(true)
  })

  threat(172, 'one that could add a header or a recipient gets no mail', async () => {
    for (const address of [
      '',
      'ann',
      '@example.org',
      'ann@',
      'ann@example.org\r\nBcc: eve@evil.example',
      'ann@example.org\n',
      'ann@example.org,eve@evil.example',
      'ann,eve@evil.example',
      'ann@example.org;eve',
      '<ann@example.org>',
      'Ann <ann@example.org>',
      '"ann\r\nBcc: eve"@example.org',
      'ann@[127.0.0.1]',
      'ann@@example.org',
      'ann@example..org',
      'ann@.example.org',
      'ann@example.org.',
      'ann@exa mple.org',
      'ann@example.org%0d%0aBcc',
      'ann(comment)@example.org',
      'ann\u0000@example.org',
      'ann\u2028@example.org',
      'ann\u200b@example.org',
      `${'a'.repeat(65)}@example.org`,
      `ann@${'a'.repeat(250)}.org`,
    ])
      expect({ address, taken: isMailbox(address) }).toEqual({ address, taken: false })
  })
})
