import type { Child } from 'hono/jsx'
import type { JSX } from 'hono/jsx/jsx-runtime'
import { resources } from '../../operations/resources/index.ts'
import type { RecordKind } from '../../store/browse.ts'
import { Alert, type Notice } from '../../ui/components.tsx'
import { Layout } from '../../ui/layout.tsx'
import type { Ui } from '../../ui/theme.ts'

/** What every page of the admin gets beside its own data. */
export interface AdminUi {
  readonly ui: Ui
  /** Where the admin is mounted. */
  readonly base: string
  /** The stylesheet for what only these pages have. */
  readonly extraStyleUrl: string
  /** The member of staff who looks at the page. */
  readonly userId: string
  readonly username: string
  readonly logoutUrl: string
  readonly accountUrl: string
  readonly notice: Notice | null
}

interface AdminPageProps {
  readonly admin: AdminUi
  readonly title: string
  /** The part of the navigation that the page belongs to. */
  readonly current: string
  readonly intro?: string | undefined
  readonly failed?: boolean
  /** Buttons and links beside the title. */
  readonly tools?: Child
  readonly children?: Child
}

/** A page of the admin: the navigation, the title, what was just done. */
export function AdminPage(props: AdminPageProps): JSX.Element {
  const { admin, current, title } = props
  const nav = (
    <>
      <a href={admin.accountUrl}>{admin.username}</a>
      <a href={admin.logoutUrl}>Sign out</a>
    </>
  )
  return (
    <Layout
      ui={admin.ui}
      title={title}
      nav={nav}
      failed={props.failed === true || admin.notice?.kind === 'error'}
      extraStyleUrl={admin.extraStyleUrl}
      wide
    >
      <div class="admin">
        <nav class="admin-nav admin-side" aria-label="Admin">
          <Links admin={admin} current={current} />
        </nav>
        <details class="admin-menu">
          <summary>Menu</summary>
          <nav class="admin-nav" aria-label="Admin menu">
            <Links admin={admin} current={current} />
          </nav>
        </details>
        <div class="admin-main">
          <div class="admin-title">
            <div>
              <h1>{title}</h1>
              {props.intro && <p class="muted">{props.intro}</p>}
            </div>
            {props.tools && <div class="row">{props.tools}</div>}
          </div>
          <div class="stack admin-content">
            {admin.notice && <Alert {...admin.notice} />}
            {props.children}
          </div>
        </div>
      </div>
    </Layout>
  )
}

/** The parts of the navigation, and what is in each. */
const GROUPS: readonly (readonly [title: string, kinds: readonly RecordKind[]])[] = [
  ['Applications', ['clients', 'scopes', 'authorized-clients']],
  ['People', ['users', 'sessions']],
  ['Tokens', ['grants', 'access-tokens', 'refresh-tokens']],
  ['Log', ['refusals', 'audit-events']],
]

/** The links of the navigation: beside a wide page, in a menu above a narrow one. */
function Links({ admin, current }: Pick<AdminPageProps, 'admin' | 'current'>): JSX.Element {
  return (
    <>
      <ul>
        <li>
          <a href={admin.base} aria-current={current === '' ? 'page' : undefined}>
            Overview
          </a>
        </li>
      </ul>
      {GROUPS.map(([title, kinds]) => (
        <>
          <p>{title}</p>
          <ul>
            {kinds.map((kind) => (
              <li>
                <a href={`${admin.base}/${kind}`} aria-current={current === kind ? 'page' : undefined}>
                  {resources[kind].title}
                </a>
              </li>
            ))}
          </ul>
        </>
      ))}
    </>
  )
}
