import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { defineConfig } from 'vitepress'
import {
  linkOf,
  NO_PAGES,
  pageOf,
  REFERENCE_FILE,
  slugOf,
  sourceAddress,
} from '../../scripts/site/addresses.ts'
import { navigation } from '../../scripts/site/navigation.ts'
import { sourcePage } from '../../scripts/site/source-page.ts'
import { favicon } from '../../src/ui/favicon.ts'
import { DEFAULT_ACCENT, palettes } from '../../src/ui/theme.ts'

const root = join(import.meta.dirname, '../..')
/** Files of the repository that some page leads to. */
const sources = new Set<string>()

const { light, dark } = palettes(DEFAULT_ACCENT)
const colours = (palette: Readonly<Record<string, string>>): string =>
  Object.entries(palette)
    .map(([name, value]) => `--${name}:${value}`)
    .join(';')

export default defineConfig({
  srcDir: '..',
  srcExclude: NO_PAGES,
  rewrites: pageOf,
  cleanUrls: true,
  title: 'edge-oauth2-provider',
  description: 'Your own accounts and "sign in with us" on Cloudflare Workers.',
  head: [
    ['link', { rel: 'icon', href: '/favicon.ico' }],
    ['style', {}, `:root{${colours(light)}}.dark{${colours(dark)}}`],
  ],
  // What the repository says of an address on the reader's own machine leads nowhere while the site is built.
  ignoreDeadLinks: 'localhostLinks',
  // The index of the search, which a browser loads when somebody searches.
  vite: { build: { chunkSizeWarningLimit: 1000 } },
  themeConfig: {
    ...navigation(),
    outline: [2, 3],
    search: { provider: 'local' },
    docFooter: { prev: 'Before', next: 'Next' },
  },
  markdown: {
    anchor: { slugify: slugOf },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    config(md) {
      // A block of the documents without a language is what one types into a shell.
      md.renderer.rules.code_block = (tokens, index, options, env, self) => {
        const [token] = tokens.slice(index)
        if (token) token.info = 'sh'
        return md.renderer.rules.fence?.(tokens, index, options, env, self) ?? ''
      }
      // Long names break at their underscores, so that a table is as narrow as the page.
      const inline = md.renderer.rules.code_inline
      md.renderer.rules.code_inline = (...given) => inline?.(...given).replaceAll('_', '_<wbr>') ?? ''
      md.core.ruler.before('block', 'pictures', (state) => {
        state.src = withPictures(state.src)
      })
      // The Markdown is the repository's as it is: what its links lead to, the site has elsewhere.
      md.core.ruler.push('repository-links', ({ env, tokens }) => {
        const from = relative(root, env.realPath ?? env.path)
        for (const token of tokens) {
          for (const child of token.children ?? []) {
            if (child.type !== 'link_open') continue
            const { href, source } = linkOf(from, child.attrGet('href') ?? '')
            child.attrSet('href', href)
            if (source === null) continue
            sources.add(source)
            child.attrSet('target', '_self')
          }
        }
      })
    },
  },
  buildEnd({ outDir }) {
    const write = (path: string, content: string | Uint8Array): void => {
      mkdirSync(dirname(join(outDir, path)), { recursive: true })
      writeFileSync(join(outDir, path), content)
    }
    for (const file of sources) write(sourceAddress(file), sourcePage(file, light, dark))
    write('openapi.json', readFileSync(join(root, REFERENCE_FILE)))
    write('favicon.ico', favicon(DEFAULT_ACCENT))
  },
})

/**
 * Pictures of HTML in Markdown, named so that the bundler finds them. Where there is one for dark pages, the switch of the site
 * chooses between them.
 */
function withPictures(html: string): string {
  return html
    .replaceAll(
      /<picture><source media="\(prefers-color-scheme: dark\)" srcset="([^"]+)"><img src="([^"]+)"([^>]*)><\/picture>/g,
      '<img class="in-light" src="$2"$3><img class="in-dark" src="$1"$3>',
    )
    .replaceAll(/\bsrc="(?!https?:|[./])/g, 'src="./')
}
