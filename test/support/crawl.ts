import type { Browser, Visit } from './browser.ts'

/**
 * Visits pages, and every page that a link of one leads to.
 * @param isFollowed tells of a link whether to go there
 * @returns the visits by their paths
 */
export async function crawl(
  browser: Browser,
  from: readonly string[],
  isFollowed: (link: string) => boolean,
): Promise<ReadonlyMap<string, Visit>> {
  const visits = new Map<string, Visit>()
  const waiting = [...from]
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (visits.has(path)) continue
    const visit = await browser.visit(path)
    visits.set(path, visit)
    const links = [...visit.text.matchAll(/<a[^>]* href="(\/[^"#]*)/g)].map(([, link = '']) =>
      link.replaceAll('&amp;', '&'),
    )
    waiting.push(...links.filter(isFollowed))
  }
  return visits
}
