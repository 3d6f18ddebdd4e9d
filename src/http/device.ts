import type { Context } from 'hono'
import * as v from 'valibot'
import type { ProviderEnv } from '../concepts.ts'
import { randomId, sha256Base64url } from '../crypto/bytes.ts'
import { seal, unseal } from '../crypto/seal.ts'
import { emailKey } from '../identity/usernames.ts'
import { readCookie, writeCookie } from './cookies.ts'

const DEVICE = 'device'
/** Seconds; as long as browsers keep a cookie. */
const LIFETIME = 400 * 86_400
/** People that one browser remembers; the oldest is forgotten first. */
const MAX_USERS = 8

const deviceContent = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ id: v.string(), users: v.array(v.string()) }),
)
type Device = v.InferOutput<typeof deviceContent>

/**
 * Returns the browser, if the user of this name has signed in with it before, so that strangers who try the same name do not
 * lock its owner out.
 * @returns the browser's id; null for any other browser
 */
export async function knownDevice(c: Context<ProviderEnv>, username: string): Promise<string | null> {
  const device = await deviceOf(c, username)
  return device?.isByName ? device.id : null
}

/**
 * Returns the browser, if a user has signed in with it before. It proves nothing; it only gets its own rate limit.
 * @returns whether it knows the input as a username, which may be another user's address, and as an address that a user has
 *   proved in it; null for any other browser
 */
export async function deviceOf(
  c: Context<ProviderEnv>,
  typed: string,
): Promise<{ readonly id: string; readonly isByAddress: boolean; readonly isByName: boolean } | null> {
  const device = await readDevice(c)
  if (!device) return null
  const name = await nameIn(device.id, typed)
  const users = device.users.map((user) => user.split(' '))
  const isByAddress = users.some(([, address]) => address === name)
  const isByName = users.some(([own]) => own === name)
  return isByAddress || isByName ? { id: device.id, isByAddress, isByName } : null
}

/**
 * Remembers that a user has signed in with this browser.
 * @param email an address by which the browser knows the user, too. The user must just have proved it, or anybody could pose
 *   as its owner; null if it was not proved
 */
export async function rememberDevice(
  c: Context<ProviderEnv>,
  username: string,
  email: string | null = null,
): Promise<void> {
  const { id, users } = (await readDevice(c)) ?? { id: randomId(), users: [] }
  const name = await nameIn(id, username)
  const before = users.find((user) => user.split(' ')[0] === name)
  const user = email === null ? (before ?? name) : `${name} ${await nameIn(id, email)}`
  const content: Device = {
    id,
    users: [...users.filter((other) => other !== before), user].slice(-MAX_USERS),
  }
  const sealed = await seal(JSON.stringify(content), DEVICE, c.get('provider').keys)
  writeCookie(c, DEVICE, sealed, LIFETIME)
}

async function readDevice(c: Context<ProviderEnv>): Promise<Device | null> {
  const sealed = readCookie(c, DEVICE)
  const text = sealed === undefined ? null : await unseal(sealed, DEVICE, c.get('provider').keys)
  const parsed = text === null ? null : v.safeParse(deviceContent, text)
  return parsed?.success ? parsed.output : null
}

/** Returns a name as the cookie holds it: unreadable, and different in every browser. */
async function nameIn(id: string, username: string): Promise<string> {
  return (await sha256Base64url(`${id}\n${emailKey(username)}`)).slice(0, 16)
}
