// `npm run pictures`: makes the pictures of the README and of the documents from the real pages; with `--all`, of every page.
import { mkdir, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import type { Page } from 'playwright-core'
import { givenBusy } from '../test/browser/busy.ts'
import { authorizeUrl, press, signIn, startWorld, type World } from '../test/browser/world.ts'
import { photographAll, writeSheet } from './all-pictures.ts'

const FOLDER = 'docs/pictures'
/** High enough for all of the consent page. */
const SIZE = { width: 1280, height: 1060 }

/** What is shown, and how to get there as ann, a member of staff. */
const PICTURES: Readonly<Record<string, (page: Page, world: World) => Promise<void>>> = {
  account: async (page, { origin }) => void (await page.goto(`${origin}/account`)),
  client: async (page, { origin }) => void (await page.goto(`${origin}/admin/clients/show?id=prints`)),
  clients: async (page, { origin }) => void (await page.goto(`${origin}/admin/clients`)),
  consent: async (page, world) =>
    void (await page.goto(authorizeUrl(world, { client_id: 'calendar', scope: 'read write' }))),
  panel: async (page, { origin }) => void (await page.goto(`${origin}/admin`)),
  users: async (page, { origin }) => void (await page.goto(`${origin}/admin/users`)),
}

/** Makes a picture small: WebP, by the browser that took it. */
async function toWebp(page: Page, png: string): Promise<Uint8Array> {
  const source = `data:image/png;base64,${png}`
  const url = await page.evaluate<string>(`(async () => {
    const image = new Image()
    image.src = '${source}'
    await image.decode()
    const canvas = document.createElement('canvas')
    canvas.width = image.width
    canvas.height = image.height
    canvas.getContext('2d').drawImage(image, 0, 0)
    return canvas.toDataURL('image/webp', 0.8)
  })()`)
  return Uint8Array.from(atob(url.slice(url.indexOf(',') + 1)), (sign) => sign.charCodeAt(0))
}

/** Gives ben, chris, dana and eli valid tokens, so that the panel has something to count. */
async function givenTokens({ db }: World): Promise<void> {
  await db
    .prepare(
      `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 137)
      INSERT INTO grants (id, user_id, client_id, grant_type, scope, auth_time, access_expires_at, expires_at, created_at, refresh_expires_at)
      SELECT printf('%012x%020x', (unixepoch() - i * 600) * 1000, i), u.id, iif(i % 3, 'calendar', 'phone'), 'authorization_code',
        'read', unixepoch(), unixepoch() + 86400, unixepoch() + 8640000, unixepoch() - i * 600, unixepoch() + 8640000
      FROM n JOIN (SELECT id, row_number() OVER (ORDER BY id) AS k FROM users WHERE is_staff = 0) u ON u.k = 1 + i % 4`,
    )
    .run()
}

/** Makes the pictures that are committed. */
async function makePictures(): Promise<void> {
  const world = await startWorld()
  try {
    await mkdir(FOLDER, { recursive: true })
    await givenBusy(world)
    await givenTokens(world)
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await world.open({ viewport: SIZE, colorScheme })
      await page.goto(`${world.origin}/login`)
      await signIn(page, 'ann')
      await page.goto(authorizeUrl(world, { client_id: 'prints' }))
      if (await page.getByRole('button', { name: 'Authorize' }).count()) await press(page, 'Authorize')
      const blank = await world.open()
      for (const [name, open] of Object.entries(PICTURES)) {
        await open(page, world)
        const picture = await toWebp(blank, (await page.screenshot()).toString('base64'))
        await writeFile(`${FOLDER}/${name}-${colorScheme}.webp`, picture)
        console.log(`${FOLDER}/${name}-${colorScheme}.webp: ${Math.ceil(picture.length / 1024)} KiB`)
      }
      await world.tidy()
    }
  } finally {
    await world.close()
  }
}

const { values } = parseArgs({
  options: { all: { type: 'string' }, sheet: { type: 'string' }, before: { type: 'string' } },
})
if (values.all !== undefined) photographAll(values.all)
const folder = values.all ?? values.sheet
if (folder === undefined) await makePictures()
else console.log(await writeSheet(folder, values.before))
