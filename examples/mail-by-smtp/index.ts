import { createProvider, pages } from 'edge-oauth2-provider'
import { mail } from 'edge-oauth2-provider/mail'
import { recovery } from 'edge-oauth2-provider/recovery'
import { Hono } from 'hono'
import { sendBySmtp } from './smtp.ts'

/** What wrangler.toml sets, and the two secrets. */
interface SmtpBindings {
  readonly SMTP_HOST: string
  readonly SMTP_PORT: string
  readonly SMTP_TLS: 'implicit' | 'starttls' | 'none'
  readonly SMTP_USER: string
  readonly SMTP_PASSWORD: string
}

const provider = createProvider({
  features: [
    pages(),
    mail({
      async send(letter, { bindings }) {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- wrangler.toml sets them
        const smtp = bindings as unknown as SmtpBindings
        const server = { hostname: smtp.SMTP_HOST, port: Number(smtp.SMTP_PORT), tls: smtp.SMTP_TLS }
        await sendBySmtp({ ...server, username: smtp.SMTP_USER, password: smtp.SMTP_PASSWORD })(letter)
      },
    }),
    recovery({ signInLinks: true }),
  ],
})

const app = new Hono()
app.route('/oauth2', provider)
app.route('/', provider.wellKnown)
app.route('/', provider.pages)

export default app
