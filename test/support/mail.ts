import { env } from 'cloudflare:workers'
import { deriveKeys, type Keys } from '../../src/crypto/keys.ts'
import { unseal } from '../../src/crypto/seal.ts'
import { Secret } from '../../src/crypto/secret.ts'
import { createOutbox } from '../../src/store/kv/outbox.ts'
import type { KeptMail } from '../../src/store/outbox.ts'
import { ORIGIN } from './http.ts'

/** The variables with which mail lands in the outbox. */
export const OUTBOX = { OAUTH_DEMO: 'true', OAUTH_ISSUER: ORIGIN }

/** The keys of the Worker of the tests. */
export async function keysOfTests(): Promise<Keys> {
  return deriveKeys([new Secret(env.SECRET_KEY ?? '')])
}

/** The mail that was sent so far, the newest first. */
export async function readMails(): Promise<readonly KeptMail[]> {
  const keys = await keysOfTests()
  const kept = await createOutbox(env.KV).list(100)
  return Promise.all(
    kept.map(async ({ id, sealed }) => {
      const text = await unseal(sealed, `mail ${id}`, keys)
      return { ...(JSON.parse(text ?? 'null') as KeptMail), id }
    }),
  )
}

/** The newest mail, which must be to an address. */
export async function mailTo(address: string): Promise<KeptMail> {
  const [mail] = (await readMails()).filter(({ to }) => to === address)
  if (!mail) throw new Error(`No mail to ${address}.`)
  return mail
}

/** The link of a mail, as a path of ours. */
export function linkIn({ text }: KeptMail): string {
  const [, path = ''] = /^https:\/\/id\.example(\/\S+)$/m.exec(text) ?? []
  if (path === '') throw new Error(`No link of ours in: ${text}`)
  return path
}

/** The code of a mail. */
export function codeIn({ text }: KeptMail): string {
  const [, code = ''] = /^ {4}(\S+)$/m.exec(text) ?? []
  if (code === '') throw new Error(`No code in: ${text}`)
  return code
}

/** The token in a link. */
export function tokenIn(path: string): string {
  return new URL(path, ORIGIN).searchParams.get('token') ?? ''
}
