import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire, stripTypeScriptTypes } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { seed } from '../../examples/mail-by-smtp/seed.ts'
import { seedDemo } from '../../src/cli/seed.ts'
import type { Mail } from '../../src/concepts.ts'
import { serve } from './harness.ts'
import { certificate, decode, type SmtpServer, type SmtpTwist, startSmtp } from './smtp-server.ts'

const EXAMPLE = join(import.meta.dirname, '../../examples/mail-by-smtp')
const MAIL: Mail = {
  from: { name: 'Konten, "von" uns ✓', email: 'accounts@example.org' },
  to: 'ann@bücher.example',
  subject: `Ihr Code: ${'Übergröße '.repeat(12)}`,
  text: `Guten Tag!\n.\n.ein Punkt\n${'lang '.repeat(400)}\n012345\n`,
  html: '<p>012345</p>',
}

/** A Worker that sends what it is told, and says what went wrong. */
const WORKER = `import { sendBySmtp } from './smtp.ts'
export default { async fetch(request) {
  const { mail, server } = await request.json()
  try { await sendBySmtp(server)(mail); return new Response('sent') }
  catch (error) { return new Response(error.message, { status: 500 }) }
} }`

/** workerd with the internet of this machine, where the certificate of the server is one of those that are trusted. */
const CONFIG = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [
        (name = "index.js", esModule = embed "index.js"),
        (name = "smtp.ts", esModule = embed "smtp.ts"),
        (name = "message.ts", esModule = embed "message.ts"),
      ],
      compatibilityDate = "2026-11-01",
      globalOutbound = "net")),
    (name = "net", network = (
      allow = ["private", "public"],
      tlsOptions = (trustedCertificates = [${JSON.stringify(certificate)}]))),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);`
/** Of what miniflare depends on. */
const WORKERD = 'workerd'
const require = createRequire(createRequire(import.meta.url).resolve('miniflare'))
/** The program itself; what npm puts into `bin` starts it without the descriptor. */
const { default: binary } = require(WORKERD) as { readonly default: string }
let folder = ''
let url = ''
let workerd: ChildProcess | undefined
let server: SmtpServer | undefined

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mail-by-smtp-'))
  await writeFile(join(folder, 'index.js'), WORKER)
  for (const name of ['smtp.ts', 'message.ts'])
    await writeFile(join(folder, name), stripTypeScriptTypes(await readFile(join(EXAMPLE, name), 'utf8')))
  await writeFile(join(folder, 'config.capnp'), CONFIG)
  workerd = spawn(binary, ['serve', '--control-fd=3', 'config.capnp'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  })
  const control = workerd.stdio[3] as Readable
  // It says on which port it listens.
  for await (const part of control) {
    const { event, port } = JSON.parse(String(part).split('\n')[0] ?? '') as { event: string; port: number }
    if (event !== 'listen') continue
    url = `http://127.0.0.1:${port}/`
    break
  }
}, 30_000)

afterAll(async () => {
  workerd?.kill()
  await rm(folder, { recursive: true, force: true })
})

afterEach(async () => {
  await server?.close()
  server = undefined
})

/** Sends a mail to a server on this machine; returns what the Worker says, and the server. */
async function send(
  twist: SmtpTwist,
  asked: Readonly<Record<string, unknown>> = {},
  mail: Mail = MAIL,
): Promise<{ readonly said: string; readonly smtp: SmtpServer }> {
  const smtp = await startSmtp(twist)
  server = smtp
  const to = {
    hostname: 'localhost',
    port: smtp.port,
    tls: twist.tls ?? 'starttls',
    username: 'accounts',
    password: 'pass word',
  }
  const body = JSON.stringify({ mail, server: { ...to, ...asked } })
  const response = await fetch(url, { method: 'POST', body })
  return { said: await response.text(), smtp }
}

/** The parts of a message, decoded. */
function partsOf(data: string): readonly string[] {
  const [, boundary = ''] = /boundary="([^"]+)"/.exec(data) ?? []
  return data
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => decode((part.split('\r\n\r\n')[1] ?? '').replaceAll('\r\n', '')))
}

/** A header with its encoded words read (RFC 2047). */
function headerOf(data: string, name: string): string {
  const [, value = ''] = new RegExp(`^${name}: ((?:.*)(?:\r\n .*)*)`, 'm').exec(data) ?? []
  const words = value.replaceAll(/\?=\r\n =\?/g, '?==?').replaceAll('\r\n ', ' ')
  return words.replaceAll(/=\?utf-8\?B\?([^?]*)\?=/g, (_, word: string) => decode(word))
}

describe('mail by SMTP', () => {
  it.each([
    ['starttls', 'PLAIN'],
    ['starttls', 'LOGIN'],
    ['implicit', 'PLAIN'],
  ] as const)('goes over TLS (%s) with the name and the password (AUTH %s)', async (tls, auth) => {
    const { said, smtp } = await send({ tls, auth })
    expect(said).toBe('sent')
    const [mail] = smtp.taken
    expect(smtp.taken).toHaveLength(1)
    expect([mail?.secure, mail?.from, mail?.to]).toEqual([
      true,
      '<accounts@example.org>',
      '<ann@xn--bcher-kva.example>',
    ])
    const data = mail?.data ?? ''
    expect(partsOf(data)).toEqual([MAIL.text, MAIL.html])
    expect(headerOf(data, 'Subject')).toBe(MAIL.subject)
    expect(headerOf(data, 'From')).toBe(`${MAIL.from.name} <accounts@example.org>`)
    for (const line of data.split('\r\n')) expect(line.length).toBeLessThanOrEqual(78)
    expect(data).toMatch(/^[\x20-\x7e\r\n]*$/)
  })

  it('goes in the clear to this machine alone', async () => {
    expect((await send({ tls: 'none' })).said).toBe('sent')
    await server?.close()
    const { said, smtp } = await send({ tls: 'none' }, { hostname: 'mail.example.org' })
    expect([said, smtp.lines]).toEqual(['Without TLS mail goes to this machine alone.', []])
  })

  it('gives neither password nor mail to a server whose offer of TLS was taken away', async () => {
    const { said, smtp } = await send({ answers: { EHLO: '250-here\r\n250 AUTH PLAIN' } })
    expect(said).toBe('The mail server offers no TLS.')
    expect(smtp.lines).toEqual(['EHLO example.org'])
  })

  it('believes nothing that was said before TLS', async () => {
    const { said, smtp } = await send({ answers: { STARTTLS: '220 go on\r\n250 and this' } })
    expect(said).toBe('The mail server says something before TLS begins.')
    expect(smtp.taken).toEqual([])
  })

  it.each([
    ['a wrong password', {}, { password: 'other words' }, 'The mail server answered AUTH with 535.'],
    [
      'a refused recipient',
      { RCPT: '550 no ann@xn--bcher-kva.example here' },
      {},
      'The mail server answered RCPT with 550.',
    ],
    [
      'a refused message',
      { '.': '554 it says 012345' },
      {},
      'The mail server answered the message with 554.',
    ],
    [
      'a server that is busy',
      { greeting: '421 later' },
      {},
      'The mail server answered the connection with 421.',
    ],
  ])('tells of %s by its number, and nothing of the mail', async (_what, answers, asked, sentence) => {
    const { said } = await send({ answers }, asked)
    expect(said).toBe(sentence)
  })

  it.each([
    ['a line break', 'ann@example.org\r\nRCPT TO:<eve@example.org>'],
    ['an angle bracket', 'ann> <eve@example.org'],
    ['a space', 'ann eve@example.org'],
  ])('takes no address with %s', async (_what, to) => {
    const { said, smtp } = await send({}, {}, { ...MAIL, to })
    expect(said).toBe('The address of a mail needs SMTPUTF8, or is none.')
    expect(smtp.taken).toEqual([])
  })

  it('has no further header, whatever a name or a subject holds', async () => {
    const evil = 'x\r\nBcc: eve@example.org\r\n\r\nhello'
    const mail = { ...MAIL, subject: evil, from: { ...MAIL.from, name: evil } }
    const { smtp } = await send({}, {}, mail)
    const [head = ''] = (smtp.taken[0]?.data ?? '').split('\r\n\r\n')
    expect(head).not.toContain('Bcc')
    expect(headerOf(head, 'Subject')).toBe(evil)
  })
})

describe('the example', () => {
  it('sends the mail of a sign-in', { timeout: 60_000 }, async () => {
    const smtp = await startSmtp({ tls: 'none' })
    server = smtp
    const vars = { SMTP_PORT: String(smtp.port), SMTP_PASSWORD: 'pass word', OAUTH_DEMO: 'false' }
    const { close, session, url: base } = await serve(vars, 'examples/mail-by-smtp/wrangler.toml')
    try {
      await seedDemo(session, new URL('/demo/callback', base).href)
      await seed(session, base.origin)
      const page = await fetch(new URL('/login/link', base))
      const [cookie = ''] = page.headers.getSetCookie().map((line) => line.split(';')[0])
      const [, value = ''] = /name="anti_forgery" value="([^"]*)"/.exec(await page.text()) ?? []
      const body = new URLSearchParams({ anti_forgery: value, intent: 'ask', identifier: 'demo' })
      const asked = await fetch(new URL('/login/link', base), {
        method: 'POST',
        body,
        headers: { Cookie: cookie, Origin: 'null' },
        redirect: 'manual',
      })
      expect(asked.status).toBe(303)
      await vi.waitFor(() => expect(smtp.taken).toHaveLength(1), 10_000)
      expect(smtp.taken[0]?.to).toBe('<demo@example.org>')
      expect(partsOf(smtp.taken[0]?.data ?? '')[0]).toContain('/login/link?token=ml_')
    } finally {
      await close()
    }
  })
})
