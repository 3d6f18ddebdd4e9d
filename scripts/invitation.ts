import * as v from 'valibot'
import type { Session } from '../src/cli/open-store.ts'
import { DEMO_CLIENT, DEMO_SECRET } from '../src/cli/seed.ts'
import type { UserRecord } from '../src/store/admin-store.ts'

/** What is left of the demo data: a local state may have been used for long. */
export interface DemoState {
  /** Grant types of the demo client, none where it is disabled. */
  readonly grantTypes: readonly string[]
  /** Users who still have their name as their password. */
  readonly users: readonly string[]
}

/** Reads what is left of the demo data. */
export async function readDemoState({ store }: Session): Promise<DemoState> {
  const client = await store.readClient(DEMO_CLIENT)
  const users = await Promise.all(['demo', 'admin'].map((name) => store.readUser(name)))
  return {
    grantTypes: !client || client.disabled ? [] : client.grantTypes,
    users: users.filter((user) => user !== null && isAsMade(user)).map((user) => user?.username ?? ''),
  }
}

function isAsMade({ createdAt, isActive, isStaff, passwordChangedAt, username }: UserRecord): boolean {
  return isActive && passwordChangedAt === createdAt && isStaff === (username === 'admin')
}

/** What `invitation` asks, as the log of requests names it. */
export const PROBES = [
  'GET /.well-known/oauth-authorization-server',
  'GET /admin',
  'GET /demo',
  'POST /oauth2/introspect',
]

const METADATA = v.object({ issuer: v.string(), introspection_endpoint: v.string() })

/**
 * What a provider that was just started has to say: that it is ready, where its pages are, and a first command that works.
 * @param url where it answers
 * @param demo null where it has no demo data, or none that its first command could count on
 */
export async function invitation(url: string, demo: DemoState | null): Promise<string> {
  const wellKnown = `${url}/.well-known/oauth-authorization-server`
  const answer = await fetch(wellKnown)
  const metadata = v.safeParse(METADATA, await answer.json().catch(() => null))
  if (!metadata.success) {
    return `\nReady on ${url}, which refuses this request:\n\n  curl ${wellKnown}\n\nCtrl-C stops it.\n`
  }
  const pages = [
    ['Issuer', metadata.output.issuer, ''],
    ['Admin panel', `${url}/admin`, account('admin', demo)],
    ['Demo', `${url}/demo`, account('demo', demo)],
  ] as const
  const shown = await Promise.all(
    pages.map(async ([, address]) => address === metadata.output.issuer || answers(address)),
  )
  const width = Math.max(...pages.map(([, address]) => address.length))
  const lines = pages
    .filter((_, index) => shown[index])
    .map(([name, address, who]) => `  ${name.padEnd(12)} ${address.padEnd(width)}  ${who}`.trimEnd())
  // At this address: the issuer may be one that a deployment will have.
  const [title, curl] = await firstCommand(
    url,
    demo,
    new URL(new URL(metadata.output.introspection_endpoint).pathname, url).href,
  )
  return `\nReady on ${url}\n\n${lines.join('\n')}\n\n${title}:\n\n  ${curl}\n\nCtrl-C stops it.\n`
}

/** Whom to sign in as. */
function account(username: string, demo: DemoState | null): string {
  if (!demo) return ''
  return demo.users.includes(username)
    ? `user ${username}, password ${username}`
    : `user ${username}, whose password was changed`
}

async function answers(address: string): Promise<boolean> {
  const { status } = await fetch(address, { redirect: 'manual' })
  return status < 400
}

async function firstCommand(
  url: string,
  demo: DemoState | null,
  introspection: string,
): Promise<readonly [title: string, curl: string]> {
  const credentials = `client_id=${DEMO_CLIENT}&client_secret=${DEMO_SECRET}`
  const grants = demo && (await isClient(introspection, credentials)) ? demo.grantTypes : []
  if (demo?.users.includes('demo') && grants.includes('password')) {
    const form = `${credentials}&grant_type=password&username=demo&password=demo`
    return ['Your first token', `curl -X POST -d "${form}" ${url}/oauth2/access_token/`]
  }
  if (grants.includes('client_credentials')) {
    const form = `${credentials}&grant_type=client_credentials`
    return ['Your first token', `curl -X POST -d "${form}" ${url}/oauth2/access_token/`]
  }
  return ['What is here', `curl ${url}/.well-known/oauth-authorization-server`]
}

/** Whether credentials are a client's: asking about a token that nobody made changes nothing. */
async function isClient(introspection: string, credentials: string): Promise<boolean> {
  const { ok } = await fetch(introspection, {
    method: 'POST',
    body: new URLSearchParams(`${credentials}&token=none`),
  })
  return ok
}
