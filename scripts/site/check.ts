import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** What a reader can follow or a browser loads, in HTML. */
const REFERENCE = /<(a|img|link|script|source)\b[^>]*?\s(?:href|src|srcset)="([^"]*)"/g

/**
 * What is wrong with a built site: links and anchors that lead nowhere, and what a page would load from another host.
 * @param folder of the site
 * @returns a sentence each
 */
export function problemsOf(folder: string): readonly string[] {
  const pages = new Map(
    globSync('**/*.html', { cwd: folder }).map((page) => [
      page.replaceAll('\\', '/'),
      readFileSync(join(folder, page), 'utf8'),
    ]),
  )
  return [...pages].flatMap(([page, html]) => {
    const body = html.replaceAll(/<pre\b[^]*?<\/pre>/g, '')
    return [...body.matchAll(REFERENCE)].flatMap(([, element = '', to = '']) => {
      const { hash, origin, pathname } = new URL(to.replaceAll('&amp;', '&'), `http://site/${page}`)
      if (origin !== 'http://site') return element === 'a' ? [] : [`${page} loads ${to}.`]
      const file = fileAt(folder, decodeURI(pathname))
      if (file === null) return [`${page} leads to ${to}, which is not there.`]
      const place = decodeURIComponent(hash.slice(1))
      const target = pages.get(file)
      const isThere = place === '' || target?.includes(` id="${place}"`) === true
      return isThere ? [] : [`${page} leads to ${to}, which has no such place.`]
    })
  })
}

/** The file that answers at a path, as Cloudflare's static assets find it. */
function fileAt(folder: string, pathname: string): string | null {
  const path = pathname.slice(1)
  const candidates = [path, `${path}.html`, join(path, 'index.html')]
  return (
    candidates.find((name) => existsSync(join(folder, name)) && statSync(join(folder, name)).isFile()) ?? null
  )
}
