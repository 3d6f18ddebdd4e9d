import { type AddressInfo, createServer } from 'node:net'
import lighthouse from 'lighthouse'
import { chromium } from 'playwright-core'
import { authorizeUrl, givenClient, givenUser, signIn, startWorld } from './world.ts'

/** What Lighthouse rates. */
export type Category = 'accessibility' | 'best-practices' | 'performance'

/** The scores of a page, from 0 to 100, and what cost points. */
export interface Rating {
  readonly page: string
  readonly scores: Readonly<Partial<Record<Category, number>>>
  readonly lost: readonly string[]
}

/** Asks Lighthouse about sign-in, consent, account and panel of the Worker, in the browser of the tests. */
export async function ratePages(categories: readonly Category[]): Promise<readonly Rating[]> {
  const port = await freePort()
  const world = await startWorld({}, [`--remote-debugging-port=${port}`])
  try {
    await givenUser(world, 'ann')
    await world.db.prepare("UPDATE users SET is_staff = 1, email = 'ann@example.org'").run()
    await givenClient(world, 'prints')
    const rate = async (page: string, url: string): Promise<Rating> => rateAt(port, page, url, categories)
    const ratings = [await rate('sign-in', `${world.origin}/login`)]
    // Lighthouse opens its tabs in the profile that the browser has by itself.
    const remote = await chromium.connectOverCDP(`http://127.0.0.1:${port}`)
    const [context] = remote.contexts()
    if (!context) throw new Error('The browser has no profile of its own.')
    const tab = await context.newPage()
    await tab.goto(`${world.origin}/login`)
    await signIn(tab, 'ann')
    ratings.push(
      await rate('consent', authorizeUrl(world, { client_id: 'prints', scope: 'read write' })),
      await rate('account', `${world.origin}/account`),
      await rate('panel', `${world.origin}/admin`),
      await rate('clients', `${world.origin}/admin/clients`),
    )
    return ratings
  } finally {
    await world.close()
  }
}

async function rateAt(
  port: number,
  page: string,
  url: string,
  categories: readonly Category[],
): Promise<Rating> {
  const result = await lighthouse(url, {
    port,
    logLevel: 'error',
    onlyCategories: [...categories],
    // The sign-in of the profile stays.
    disableStorageReset: true,
  })
  if (!result) throw new Error(`Lighthouse says nothing of ${url}.`)
  const { audits, categories: rated, finalDisplayedUrl, runtimeError } = result.lhr
  if (runtimeError) throw new Error(`${url}: ${runtimeError.message}`)
  if (new URL(finalDisplayedUrl).pathname === '/login' && page !== 'sign-in')
    throw new Error(`${page} is not shown to somebody who has signed in.`)
  const scores = Object.entries(rated).map(([name, { score }]) => [name, Math.round((score ?? 0) * 100)])
  const lost = Object.values(rated)
    .flatMap(({ auditRefs }) => auditRefs.filter(({ weight }) => weight > 0).map(({ id }) => audits[id]))
    .filter((audit) => typeof audit?.score === 'number' && audit.score < 1)
    .map((audit) => `${audit?.id}: ${audit?.title}`)
  return { page, scores: Object.fromEntries(scores) as Rating['scores'], lost }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
