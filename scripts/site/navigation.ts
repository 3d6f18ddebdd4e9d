import { readFileSync } from 'node:fs'
import { linkOf } from './addresses.ts'

const INDEX = 'docs/README.md'

interface Item {
  readonly text: string
  readonly link: string
}

interface Group {
  readonly text: string
  readonly items: readonly Item[]
}

/** The pages in groups, as docs/README.md lists them. */
export function groups(): readonly Group[] {
  return readFileSync(INDEX, 'utf8')
    .split(/^## /m)
    .slice(1)
    .map((part) => ({
      text: part.split('\n')[0] ?? '',
      items: [...part.matchAll(/\]\(([^)#]+\.md)\)/g)].map(([, to = '']) => ({
        text: titleOf(`docs/${to}`),
        link: linkOf(INDEX, to).href,
      })),
    }))
}

/** The navigation of the site: next to every page, and above it. */
export function navigation() {
  return {
    nav: [
      { text: 'Get started', link: '/first-token' },
      { text: 'Documents', link: '/documents' },
      { text: 'Settings', link: '/settings' },
      { text: 'OpenAPI', link: '/reference/protocol' },
    ],
    sidebar: [
      ...groups().map((group) => Object.assign({ collapsed: false }, group)),
      {
        text: 'OpenAPI',
        collapsed: false,
        items: [
          { text: 'Protocol', link: '/reference/protocol' },
          { text: 'API for operators', link: '/reference/admin-api' },
          { text: 'Pages', link: '/reference/pages' },
        ],
      },
      {
        text: 'Project',
        collapsed: true,
        items: [
          { text: 'Examples', link: '/examples/' },
          { text: 'Changes', link: '/changelog' },
          { text: 'Contributing', link: '/contributing' },
          { text: 'Reporting a vulnerability', link: '/reporting' },
        ],
      },
    ],
  }
}

function titleOf(page: string): string {
  return /^# (.*)$/m.exec(readFileSync(page, 'utf8'))?.[1]?.replaceAll('`', '') ?? page
}
