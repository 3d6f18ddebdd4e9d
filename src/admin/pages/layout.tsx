import type { Child } from 'hono/jsx'
import type { JSX } from 'hono/jsx/jsx-runtime'
import type { Resource } from '../../operations/resource.ts'
import { resources } from '../../operations/resources/index.ts'
import type { RecordKind } from '../../store/browse.ts'
import { Alert, type Notice } from '../../ui/components.tsx'
import { Layout } from '../../ui/layout.tsx'
import type { Ui } from '../../ui/theme.ts'
import type { PanelText, Words } from '../words.ts'

/** What every page of the admin gets besides its own data. */
export interface AdminUi extends Words {
  readonly ui: Ui
  /** Where the admin is mounted. */
  readonly base: string
  /** Lists of the features. */
  readonly more: readonly Pick<Resource, 'kind' | 'title'>[]
  /** The stylesheet for what only these pages have. */
  readonly extraStyleUrl: string
  /** The member of staff who views the page. */
  readonly userId: string
  /** Seconds since 1970. */
  readonly now: number
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
  /** The list of its record, for the breadcrumbs. */
  readonly of?: Pick<Resource, 'kind' | 'title'>
  readonly failed?: boolean
  /** Buttons and links beside the title. */
  readonly tools?: Child
  readonly children?: Child
}

/** A page of the admin: the navigation, the title, and what was just done. */
export function AdminPage(props: AdminPageProps): JSX.Element {
  const { admin, current, title } = props
  const nav = (
    <>
      <a href={admin.accountUrl}>{admin.username}</a>
      <a href={admin.logoutUrl}>{admin.ui.messages.common.signOut}</a>
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
        <nav class="admin-nav admin-side" aria-label={admin.say('Admin')}>
          <Links admin={admin} current={current} />
        </nav>
        <details class="admin-menu">
          <summary>{admin.say('Menu')}</summary>
          <nav class="admin-nav" aria-label={admin.say('Admin menu')}>
            <Links admin={admin} current={current} />
          </nav>
        </details>
        <div class="admin-main">
          <div class="admin-title">
            <div>
              {props.of && (
                <nav class="crumbs small" aria-label={admin.say('Breadcrumbs')}>
                  <a href={admin.base}>{admin.say('Overview')}</a>
                  <a href={`${admin.base}/${props.of.kind}`}>{admin.translate(props.of.title)}</a>
                </nav>
              )}
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

/** The groups of the navigation, and their entries. */
const GROUPS: readonly (readonly [title: PanelText, kinds: readonly RecordKind[]])[] = [
  ['Applications', ['clients', 'client-documents', 'scopes', 'authorized-clients']],
  ['People', ['users', 'sessions']],
  ['Tokens', ['grants', 'access-tokens', 'refresh-tokens']],
  ['Log', ['refusals', 'audit-events']],
]

/** The links of the navigation: beside the content of a wide page, in a menu above that of a narrow one. */
function Links({ admin, current }: Pick<AdminPageProps, 'admin' | 'current'>): JSX.Element {
  const groups = [
    ...GROUPS.map(([title, kinds]) => [title, kinds.map((kind) => resources[kind])] as const),
    ...(admin.more.length > 0 ? [['Provider', admin.more] as const] : []),
  ]
  return (
    <>
      <ul>
        <li>
          <a href={admin.base} aria-current={current === '' ? 'page' : undefined}>
            {admin.say('Overview')}
          </a>
        </li>
      </ul>
      {groups.map(([title, lists]) => (
        <>
          <p>{admin.say(title)}</p>
          <ul>
            {lists.map((list) => (
              <li>
                <a
                  href={`${admin.base}/${list.kind}`}
                  aria-current={current === list.kind ? 'page' : undefined}
                >
                  {admin.translate(list.title)}
                </a>
              </li>
            ))}
          </ul>
        </>
      ))}
    </>
  )
}
