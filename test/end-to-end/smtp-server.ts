import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { createServer as createTlsServer, TLSSocket } from 'node:tls'

const TLS = join(import.meta.dirname, '../fixtures/tls')
const key = readFileSync(join(TLS, 'localhost.key.pem'))
/** The certificate of `localhost`. */
export const certificate = readFileSync(join(TLS, 'localhost.pem'), 'utf8')

/** What the server does otherwise than a good one. */
export interface SmtpTwist {
  readonly tls?: 'implicit' | 'none' | 'starttls'
  readonly auth?: 'LOGIN' | 'PLAIN'
  /** Answers by the command's first word. */
  readonly answers?: Readonly<Record<string, string>>
}

/** A mail as the server got it. */
export interface TakenMail {
  readonly from: string
  readonly to: string
  readonly data: string
  readonly secure: boolean
}

/** A mail server on this machine (RFC 5321), that takes `accounts` with the password `pass word`. */
export interface SmtpServer {
  readonly port: number
  readonly taken: readonly TakenMail[]
  /** Every line that came. */
  readonly lines: readonly string[]
  readonly close: () => Promise<void>
}

/** A text in base64. */
export function decode(text: string): string {
  return new TextDecoder().decode(Uint8Array.from(atob(text), (byte) => byte.charCodeAt(0)))
}

/** Starts one. */
export async function startSmtp({
  answers = {},
  auth = 'PLAIN',
  tls = 'starttls',
}: SmtpTwist = {}): Promise<SmtpServer> {
  const taken: TakenMail[] = []
  const lines: string[] = []
  const open = new Set<Socket>()
  const serve = (socket: Socket, secure: boolean, greet: boolean): void => {
    open.add(socket)
    socket.on('error', () => undefined)
    let rest = ''
    let data: string[] | null = null
    let [from, to, name] = ['', '', '']
    let step: 'name' | 'password' | null = null
    const say = (text: string): void => void socket.write(`${text}\r\n`)
    const isRight = (user: string, password: string): boolean =>
      user === 'accounts' && password === 'pass word'
    const take = (line: string): void => {
      if (data) {
        if (line !== '.') return void data.push(line.startsWith('.') ? line.slice(1) : line)
        taken.push({ from, to, data: data.join('\r\n'), secure })
        data = null
        return say(answers['.'] ?? '250 taken')
      }
      lines.push(line)
      if (step !== null) {
        const given = decode(line)
        if (step === 'password') {
          step = null
          return say(isRight(name, given) ? '235 welcome' : '535 no')
        }
        ;[name, step] = [given, 'password']
        return say('334 UGFzc3dvcmQ6')
      }
      const [verb = '', ...words] = line.split(' ')
      const special = answers[verb]
      if (special !== undefined) return say(special)
      switch (verb) {
        case 'EHLO':
          return say(
            [
              '250-here',
              ...(tls === 'starttls' && !secure ? ['250-STARTTLS'] : [`250-AUTH ${auth}`]),
              '250 8BITMIME',
            ].join('\r\n'),
          )
        case 'STARTTLS': {
          say('220 go on')
          socket.removeAllListeners('data')
          const upgraded = new TLSSocket(socket, { isServer: true, key, cert: certificate })
          return serve(upgraded, true, false)
        }
        case 'AUTH': {
          if (words[0] === 'LOGIN') {
            step = 'name'
            return say('334 VXNlcm5hbWU6')
          }
          const [, user = '', password = ''] = decode(words[1] ?? '').split('\0')
          return say(isRight(user, password) ? '235 welcome' : '535 no')
        }
        case 'MAIL':
          from = line.slice('MAIL FROM:'.length)
          return say('250 ok')
        case 'RCPT':
          to = line.slice('RCPT TO:'.length)
          return say('250 ok')
        case 'DATA':
          data = []
          return say('354 go on')
        case 'QUIT':
          say('221 bye')
          return void socket.end()
        default:
          return say('500 what')
      }
    }
    socket.on('data', (part: Uint8Array) => {
      const parts = `${rest}${new TextDecoder().decode(part)}`.split('\r\n')
      rest = parts.pop() ?? ''
      for (const line of parts) take(line)
    })
    if (greet) say(answers['greeting'] ?? '220 here')
  }
  const server: Server =
    tls === 'implicit'
      ? createTlsServer({ key, cert: certificate }, (socket) => serve(socket, true, true))
      : createServer((socket) => serve(socket, false, true))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    taken,
    lines,
    async close() {
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
