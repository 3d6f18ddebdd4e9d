import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { inspect } from './look.ts'
import { heading, startWorld, type World } from './world.ts'

export const DESKTOP = { width: 1280, height: 800 }

interface WorldOptions {
  /** Settings and secrets beside those of every world. */
  readonly secrets?: Readonly<Record<string, string>>
  /** The tables that are emptied before each test. */
  readonly clears?: readonly string[]
}

/**
 * The world of a test file: started before its tests and closed after them. After each test, its profiles end, and
 * no browser may have complained.
 */
export function useWorld({ clears = [], secrets }: WorldOptions = {}): World {
  // It has members once it has started: before any hook or test of the file.
  const world = {} as World
  beforeAll(async () => {
    Object.assign(world, await startWorld(secrets))
  })
  if (clears.length > 0) {
    beforeEach(() => world.db.batch(clears.map((table) => world.db.prepare(`DELETE FROM ${table}`))))
  }
  afterEach(async () => {
    await world.tidy()
    expect(world.takeComplaints()).toEqual([])
  })
  afterAll(() => world.close())
  return world
}

/** A page as a visitor comes to it. */
export interface Scene {
  readonly name: string
  /** Its heading, so that it is known to be the one that is looked at. */
  readonly title: string
  readonly arrive: (page: Page) => Promise<unknown>
}

/** Goes to a path of the provider. */
export async function goTo(world: World, page: Page, path: string): Promise<void> {
  await page.goto(new URL(path, world.origin).href)
}

/** Comes to a page in a new profile, and expects that it is the right one and that everybody can use it. */
export async function expectUsable(world: World, { arrive, name, title }: Scene): Promise<Page> {
  const page = await world.open({ viewport: DESKTOP })
  await arrive(page)
  expect(await heading(page)).toBe(title)
  await inspect(page, name)
  return page
}
