import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import process from 'node:process'
import type { RunOptions } from 'axe-core'
import { HtmlValidate } from 'html-validate'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

const DESKTOP = { width: 1280, height: 800 }
const PHONE = { width: 360, height: 740 }
/** The narrowest screen that must do without scrolling sideways (WCAG 2.2, 1.4.10). */
const NARROW = { width: 320, height: 640 }
/** The rules of axe that look at colors: nothing else changes in the dark. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block']

/** How pictures are taken: what is added to the name of a page, on which screen, in which colors and language. */
const SHOTS = [
  { suffix: 'light', size: DESKTOP },
  { suffix: 'dark', size: DESKTOP, dark: true },
  { suffix: 'phone', size: PHONE },
  { suffix: 'phone-dark', size: PHONE, dark: true },
  { suffix: 'de', size: DESKTOP, german: true },
  { suffix: 'phone-de', size: PHONE, german: true },
] as const

/** Keeps pictures of the whole page in the folder that SCREENSHOTS names, for people to look at, if it is set. */
export async function photograph(page: Page, name: string): Promise<void> {
  const { SCREENSHOTS: folder } = process.env
  if (!folder) return
  const size = page.viewportSize()
  const other = await page.context().newPage()
  await other.setExtraHTTPHeaders({ 'Accept-Language': 'de' })
  await other.goto(page.url()).catch(() => null)
  // What a form led to is there once: its address may lead to another page.
  const isSame = (await partsOf(other)) === (await partsOf(page))
  for (const { suffix, size: viewport, ...shot } of SHOTS) {
    const german = 'german' in shot
    if (german && !isSame) continue
    const shown = german ? other : page
    await shown.emulateMedia({ colorScheme: 'dark' in shot ? 'dark' : 'light' })
    await shown.setViewportSize(viewport)
    await shown.screenshot({ path: `${folder}/${name}-${suffix}.png`, fullPage: true })
  }
  await other.close()
  await page.emulateMedia({ colorScheme: 'light' })
  if (size) await page.setViewportSize(size)
}

/** Which elements a page consists of. */
const partsOf = async (page: Page): Promise<string> =>
  page.evaluate<string>("Array.from(document.querySelectorAll('main *'), (part) => part.nodeName).join()")

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe finds, in short, by all of its rules or by those that are named. */
export async function violations(page: Page, rules?: string[]): Promise<readonly string[]> {
  // Once a page: it is half a megabyte.
  if (!(await page.evaluate<boolean>('"axe" in window'))) await page.evaluate<unknown>(AXE)
  const options: RunOptions = { resultTypes: ['violations'], ...(rules && { runOnly: rules }) }
  return page.evaluate<readonly string[]>(`axe.run(${JSON.stringify(options)}).then(({ violations }) =>
    violations.map(({ help, id, nodes }) => id + ': ' + help + ': ' + nodes.map(({ html }) => html).join(' ')))`)
}

/** Expects of a page that everybody can use it: in light and dark, and on the narrowest screen. */
export async function inspect(page: Page, name: string): Promise<void> {
  const size = page.viewportSize()
  expect(await violations(page)).toEqual([])
  await page.emulateMedia({ colorScheme: 'dark' })
  expect(await violations(page, COLOUR_RULES)).toEqual([])
  await page.emulateMedia({ colorScheme: 'light' })
  await photograph(page, name)
  await page.setViewportSize(NARROW)
  expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(NARROW.width)
  if (size) await page.setViewportSize(size)
}

/** The standard's rules, as HTML; what is left out is style, or asks for what these pages do in another way. */
const validator = new HtmlValidate({
  extends: ['html-validate:standard'],
  rules: {
    // `<br>` and `<br/>` are the same to every parser.
    'void-style': 'off',
    // React's way of writing boolean attributes, which Hono shares.
    'attribute-boolean-style': 'off',
    'attribute-empty-style': 'off',
    'no-trailing-whitespace': 'off',
    'doctype-style': 'off',
    // Names that people read may be long.
    'long-title': 'off',
  },
})

/** What is wrong with the HTML of a page. */
export async function htmlProblems(url: string, html: string): Promise<readonly string[]> {
  const { results } = await validator.validateString(html)
  return results.flatMap(({ messages }) =>
    messages.map(
      ({ line, message, ruleId, selector }) => `${url} ${ruleId}: ${message} (${selector ?? line})`,
    ),
  )
}
