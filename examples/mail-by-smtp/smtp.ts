import { connect } from 'cloudflare:sockets'
import type { Mail } from 'edge-oauth2-provider'
import { base64, messageOf } from './message.ts'

/** A server that takes mail (RFC 6409), and who we are there. */
export interface SmtpServer {
  readonly hostname: string
  /** 465 for `implicit`, 587 for `starttls`; Cloudflare lets nothing out to port 25. */
  readonly port: number
  /** When TLS begins: at once (RFC 8314 3.3), by a command (RFC 3207), or never, which is for this machine alone. */
  readonly tls: 'implicit' | 'starttls' | 'none'
  readonly username: string
  readonly password: string
}

/** Seconds until the server must have taken a mail. */
const TIMEOUT = 20
/** Characters of an answer at most. */
const MAX_REPLY = 20_000
const HERE = /^(?:localhost|127\.0\.0\.1)$/

/**
 * Makes a function that sends by SMTP (RFC 5321), over a socket of its own for each mail. Give it to the feature:
 * `mail({ send: async (mail, { bindings }) => sendBySmtp(serverOf(bindings))(mail) })`.
 * @throws {Error} the mail was not taken; its message holds nothing of the mail, nor of what the server answers
 */
export function sendBySmtp(server: SmtpServer): (mail: Mail) => Promise<void> {
  if (server.tls === 'none' && !HERE.test(server.hostname))
    throw new Error('Without TLS mail goes to this machine alone.')
  return async (mail) => {
    const { hostname, port, tls } = server
    const secureTransport = ({ implicit: 'on', none: 'off', starttls: 'starttls' } as const)[tls]
    const session = new Session(connect({ hostname, port }, { secureTransport, allowHalfOpen: false }))
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`The mail server took longer than ${TIMEOUT} seconds.`)),
        TIMEOUT * 1000,
      )
    })
    try {
      await Promise.race([hand(mail, server, session), late])
    } finally {
      clearTimeout(timer)
      session.close()
    }
  }
}

/** Hands a mail over: one sender, one recipient, one message. */
async function hand(mail: Mail, { password, tls, username }: SmtpServer, session: Session): Promise<void> {
  const from = envelope(mail.from.email)
  const hello = `EHLO ${from.slice(from.lastIndexOf('@') + 1)}`
  await session.answer('the connection', 220)
  let can = await session.send(hello, 250)
  if (tls === 'starttls') {
    // A server, or somebody before it, that takes the offer away gets neither password nor mail.
    if (!/^\d+[ -]STARTTLS$/im.test(can)) throw new Error('The mail server offers no TLS.')
    await session.send('STARTTLS', 220)
    session.startTls()
    can = await session.send(hello, 250)
  }
  if (/^\d+[ -]AUTH\b.*\bPLAIN\b/im.test(can)) {
    await session.send(`AUTH PLAIN ${base64(`\0${username}\0${password}`)}`, 235, 'AUTH')
  } else {
    await session.send('AUTH LOGIN', 334)
    await session.send(base64(username), 334, 'the name')
    await session.send(base64(password), 235, 'the password')
  }
  await session.send(`MAIL FROM:<${from}>`, 250, 'MAIL')
  await session.send(`RCPT TO:<${envelope(mail.to)}>`, 250, 'RCPT')
  await session.send('DATA', 354)
  await session.send(
    `${messageOf({ ...mail, from: { ...mail.from, email: from }, to: envelope(mail.to) })}\r\n.`,
    250,
    'the message',
  )
  // It has taken the mail; whether it says goodbye does not matter.
  await session.send('QUIT', 221).catch(() => undefined)
}

/**
 * An address as every server takes it: the domain as DNS has it.
 * @throws {Error} what stands before the `@` is not ASCII, or not one plain word
 */
function envelope(address: string): string {
  const at = address.lastIndexOf('@')
  const domain = URL.parse(`https://${address.slice(at + 1)}`)?.hostname ?? ''
  if (!/^[\w.!#$%&'*+/=?^`{|}~-]+$/.test(address.slice(0, at)) || domain === '')
    throw new Error('The address of a mail needs SMTPUTF8, or is none.')
  return `${address.slice(0, at)}@${domain}`
}

/** The lines between us and a server. */
class Session {
  #socket: Socket
  #reader: ReadableStreamDefaultReader<unknown>
  #writer: WritableStreamDefaultWriter<unknown>
  #decoder = new TextDecoder()
  #rest = ''

  constructor(socket: Socket) {
    this.#socket = socket
    this.#reader = socket.readable.getReader()
    this.#writer = socket.writable.getWriter()
  }

  /**
   * Sends a line, and reads the answer.
   * @param what the line is called where it may not be told
   * @throws {Error} the server answers with another code
   */
  async send(line: string, code: number, what = line): Promise<string> {
    await this.#writer.write(new TextEncoder().encode(`${line}\r\n`))
    return this.answer(what.split(' ')[0] === 'EHLO' ? 'EHLO' : what, code)
  }

  /** Reads an answer, which may have several lines (RFC 5321 4.2.1). */
  async answer(what: string, code: number): Promise<string> {
    for (;;) {
      const [whole] = /^(?:\d{3}-.*\r?\n)*\d{3}(?: .*)?\r?\n/.exec(this.#rest) ?? []
      if (whole !== undefined) {
        this.#rest = this.#rest.slice(whole.length)
        const given = Number(/^\d{3}/.exec(whole.trimEnd().split('\n').at(-1) ?? '')?.[0])
        if (given === code) return whole
        throw new Error(`The mail server answered ${what} with ${given}.`)
      }
      const { done, value } = await this.#reader.read()
      if (done || !(value instanceof Uint8Array) || this.#rest.length > MAX_REPLY)
        throw new Error(`The mail server did not answer ${what}.`)
      this.#rest += this.#decoder.decode(value, { stream: true })
    }
  }

  /** Goes on over TLS. What came before it in the clear counts for nothing (RFC 3207 4.2). */
  startTls(): void {
    if (this.#rest !== '') throw new Error('The mail server says something before TLS begins.')
    this.#reader.releaseLock()
    this.#writer.releaseLock()
    this.#socket = this.#socket.startTls()
    this.#reader = this.#socket.readable.getReader()
    this.#writer = this.#socket.writable.getWriter()
  }

  close(): void {
    this.#socket.close().catch(() => undefined)
  }
}
