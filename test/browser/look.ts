import process from 'node:process'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'

/** Keeps a picture of the whole page in `screenshots/`, for people to look at, where SCREENSHOTS is set. */
export async function photograph(page: Page, name: string): Promise<void> {
  if (process.env['SCREENSHOTS']) await page.screenshot({ path: `screenshots/${name}.png`, fullPage: true })
}

/** What axe finds, in short, by all of its rules or by those that are named. */
export async function violations(page: Page, rules: string[] = []): Promise<readonly string[]> {
  const axe = new AxeBuilder({ page }).setLegacyMode()
  const { violations: found } = await (rules.length > 0 ? axe.withRules(rules) : axe).analyze()
  return found.map(({ help, id, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(' ')}`)
}
