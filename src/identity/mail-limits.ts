import type { Provider } from '../concepts.ts'
import type { MailLimit } from '../store/mail-links.ts'
import { networkBlock, throttleKey } from './throttle.ts'

const HOUR = 3600
const DAY = 86_400

/** Mails to an address that somebody wants to prove; with five tries each, this allows fifty guesses of a code a day. */
const ADDRESS = { most: 10, window: DAY }
/** Mails that one user requests, to any addresses. */
const USER = { most: 20, window: DAY }
/** Mails to recover one account. */
const ACCOUNT = { most: 5, window: HOUR }
/** Mails that one network requests. */
const NETWORK = { most: 30, window: HOUR }

type Counting = Pick<Provider, 'keys' | 'request'>

/**
 * Returns the limits of a mail that proves an address.
 * @param emailKey the key of the address
 */
export async function addressLimits(
  { emailKey, userId }: { readonly emailKey: string; readonly userId: string },
  provider: Counting,
): Promise<readonly MailLimit[]> {
  return Promise.all([
    limit(`mail address:${emailKey}`, ADDRESS, provider),
    limit(`mail user:${userId}`, USER, provider),
    networkLimit(provider),
  ])
}

/**
 * Returns the limits of a mail that lets somebody into an account: the account's, then the network's.
 * @param key of the
 * typed name or address, whether or not there is such a user
 * @param device a browser in which this user has signed in, whose requests are counted separately, so that strangers who try
 *   the same account or share the network cannot lock its user out; null if there is none. If the browser knows only a name,
 *   that counts only while the name is not another user's address, who would receive the mail
 */
export async function recoveryLimits(
  kind: string,
  key: string,
  device: { readonly id: string; readonly isByAddress: boolean } | null,
  provider: Counting,
): Promise<readonly [MailLimit, MailLimit]> {
  const [account, network] = await Promise.all([
    limit(`mail ${kind}:${key}`, ACCOUNT, provider),
    networkLimit(provider),
  ])
  if (device === null) return [account, network]
  const [own, ownNetwork] = await Promise.all([
    limit(`mail device ${kind}:${device.id}:${key}`, ACCOUNT, provider),
    limit(`mail device network:${device.id}`, NETWORK, provider),
  ])
  if (device.isByAddress) return [own, ownNetwork]
  return [
    { ...account, keyOfName: own.key },
    { ...network, keyOfName: ownNetwork.key },
  ]
}

/**
 * Returns the limits of a requested invitation: the address's, then the network's.
 * @param emailKey the key of the address
 */
export async function askerLimits(
  emailKey: string,
  provider: Counting,
): Promise<readonly [MailLimit, MailLimit]> {
  return Promise.all([limit(`mail address:${emailKey}`, ADDRESS, provider), networkLimit(provider)])
}

async function networkLimit(provider: Counting): Promise<MailLimit> {
  return limit(`mail network:${networkBlock(provider.request.network)}`, NETWORK, provider)
}

async function limit(
  counted: string,
  { most, window }: Omit<MailLimit, 'key'>,
  { keys }: Counting,
): Promise<MailLimit> {
  return { key: await throttleKey(counted, keys), most, window }
}
