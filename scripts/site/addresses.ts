import { existsSync } from 'node:fs'
import { posix } from 'node:path'

/** Where the document that the provider returned is kept for the pages of the reference, from the root of the repository. */
export const REFERENCE_FILE = 'site/reference/openapi.json'

/** Markdown of the repository that is no page of the site. */
export const NO_PAGES = [
  '{bench,coverage,interop,node_modules,schema,scripts,src,test}/**',
  'site/node_modules/**',
  '.*/**',
]

/** Pages whose address does not follow from their folder. */
const NAMED: Readonly<Record<string, string>> = {
  'README.md': 'index.md',
  'docs/README.md': 'documents.md',
  'CHANGELOG.md': 'changelog.md',
  'CONTRIBUTING.md': 'contributing.md',
  'SECURITY.md': 'reporting.md',
  'examples/README.md': 'examples/index.md',
}

/**
 * Where the site has a page.
 * @param file Markdown, from the root of the repository
 * @returns its file on the site: `docs/guides/go.md` is `guides/go.md`
 */
export function pageOf(file: string): string {
  return NAMED[file] ?? file.replace(/^(?:docs|site)\//, '').replace(/^(examples\/.+)\/README\.md$/, '$1.md')
}

/** A link of a page, as the site has it. */
export interface SiteLink {
  readonly href: string
  /** Whether it leads to a file of the repository that is shown as text. */
  readonly source: string | null
}

/**
 * What a link of the repository's Markdown is on the site.
 * @param from the page, from the root of the repository
 * @throws {Error} it leads to nothing
 */
export function linkOf(from: string, href: string): SiteLink {
  if (/^(?:[a-z][\w+.-]*:|#|\/)/i.test(href)) return { href, source: null }
  const [path = '', place] = href.split('#')
  const target = posix.join(posix.dirname(from), decodeURI(path)).replace(/\/$/, '')
  if (!existsSync(target)) throw new Error(`${from} leads to ${target}, which is not there.`)
  const page = existsSync(`${target}/README.md`) ? `${target}/README.md` : target
  if (!page.endsWith('.md')) return { href: sourceAddress(page), source: page }
  const address = pageOf(page).replace(/(?:^|(?<=\/))index\.md$|\.md$/, '')
  return { href: `/${address}${place === undefined ? '' : `#${place}`}`, source: null }
}

/** Where the site shows a file of the repository as text. */
export function sourceAddress(file: string): string {
  return `/source/${file}.html`
}

/** The id of a heading, as GitHub spells it. */
export function slugOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
}
