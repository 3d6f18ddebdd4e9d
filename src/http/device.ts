import type { Context } from 'hono'
import * as v from 'valibot'
import type { ProviderEnv } from '../concepts.ts'
import { randomId, sha256Base64url } from '../crypto/bytes.ts'
import { seal, unseal } from '../crypto/seal.ts'
import { usernameKey } from '../identity/usernames.ts'
import { readCookie, writeCookie } from './cookies.ts'

const DEVICE = 'device'
/** Seconds: as long as browsers keep a cookie. */
const LIFETIME = 400 * 86_400
/** People of one browser who are remembered; the first one is forgotten first. */
const MAX_USERS = 8

const deviceContent = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ id: v.string(), users: v.array(v.string()) }),
)
type Device = v.InferOutput<typeof deviceContent>

/**
 * The browser, if this user has signed in with it before. It proves nothing: its attempts count by themselves, so that
 * strangers who try the same name do not lock its owner out.
 * @returns an id of the browser's own; null for any other browser
 */
export async function knownDevice(c: Context<ProviderEnv>, username: string): Promise<string | null> {
  const device = await readDevice(c)
  return device?.users.includes(await nameIn(device.id, username)) ? device.id : null
}

/** Remembers that a user has signed in with this browser. */
export async function rememberDevice(c: Context<ProviderEnv>, username: string): Promise<void> {
  const { id, users } = (await readDevice(c)) ?? { id: randomId(), users: [] }
  const user = await nameIn(id, username)
  const content: Device = { id, users: [...users.filter((other) => other !== user), user].slice(-MAX_USERS) }
  const sealed = await seal(JSON.stringify(content), DEVICE, c.get('provider').keys)
  writeCookie(c, DEVICE, sealed, LIFETIME)
}

async function readDevice(c: Context<ProviderEnv>): Promise<Device | null> {
  const sealed = readCookie(c, DEVICE)
  const text = sealed === undefined ? null : await unseal(sealed, DEVICE, c.get('provider').keys)
  const parsed = text === null ? null : v.safeParse(deviceContent, text)
  return parsed?.success ? parsed.output : null
}

/** A name as the cookie holds it: not to be read, and another one in every browser. */
async function nameIn(id: string, username: string): Promise<string> {
  return (await sha256Base64url(`${id}\n${usernameKey(username)}`)).slice(0, 16)
}
