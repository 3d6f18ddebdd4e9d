import type { Child } from 'hono/jsx'
import type { JSX } from 'hono/jsx/jsx-runtime'
import { Alert, Button, Facts, Field, Form, type Notice, Section, Time } from '../ui/components.tsx'
import { ErrorSummary, type FormProblem, problemsOf } from '../ui/error-summary.tsx'
import { Layout } from '../ui/layout.tsx'
import { SectionRows, Sections, type ShownSection } from '../ui/sections.tsx'
import type { Ui } from '../ui/theme.ts'
import { describeUserAgent } from '../ui/user-agent.ts'
import { Applications, type AuthorizedApplication } from './account-applications.tsx'
import { NewPasswordFields } from './new-password-fields.tsx'

/** A valid sign-in. Times are seconds since 1970. */
export interface AccountSession {
  readonly id: string
  readonly userAgent: string | null
  readonly network: string | null
  /** City and country of the network; null if unknown. */
  readonly place?: string | null
  readonly since: number
  readonly lastSeen: number
  /** Whether it is the current one. */
  readonly current: boolean
}

/**
 * What a form of the account page asks for, in its field `intent`. Besides, `revoke-application` carries `client_id`,
 * `end-session` carries `session`, and `change-password` carries `current_password`, `new_password` and
 * `repeated_password`.
 */
export type AccountIntent = 'revoke-application' | 'end-session' | 'end-other-sessions' | 'change-password'

/** Problems with the change of password, by field. */
export interface PasswordErrors {
  readonly current?: string
  readonly new?: string
  readonly repeated?: string
}

/** What the account page shows. */
export interface AccountPageProps {
  readonly ui: Ui
  /** The URL to which every form of the page is posted. */
  readonly action: string
  readonly user: { readonly username: string; readonly email: string | null }
  readonly applications: readonly AuthorizedApplication[]
  readonly sessions: readonly AccountSession[]
  /** What was just done. */
  readonly notice?: Notice | null
  readonly passwordErrors?: PasswordErrors
  readonly minPasswordLength: number
  /** Whether the password is stored here, and so can be changed here. */
  readonly ownsPassword: boolean
  readonly logoutUrl: string
  /** The panel for staff; null for everybody else. */
  readonly panelUrl?: string | null
  /** What features add at the end. */
  readonly sections: readonly ShownSection[]
}

/** The user's own page: applications with access, sign-ins, password. */
export function AccountPage(props: AccountPageProps): JSX.Element {
  const { ui, user, notice, logoutUrl, panelUrl = null } = props
  const { account, common, fields } = ui.messages
  const problems = passwordProblems(props)
  const nav = (
    <>
      <span>{common.signedInAs(user.username)}</span>
      {panelUrl !== null && <a href={panelUrl}>{common.panel}</a>}
      <a href={logoutUrl}>{common.signOut}</a>
    </>
  )
  const failed = notice?.kind === 'error' || problems.length > 0
  const inGroup = (group: ShownSection['group']): readonly ShownSection[] => sectionsIn(props, group)
  return (
    <Layout ui={ui} title={account.title} nav={nav} failed={failed} wide>
      <div class="page-title stack">
        <h1>{account.title}</h1>
        {user.email && <p class="muted">{user.email}</p>}
        {notice && <Alert {...notice} />}
        <ErrorSummary title={fields.problems(problems.length)} problems={problems} />
        <nav aria-label={account.contents}>
          <ul class="row contents">
            {contentsOf(props).map(([id, title]) => (
              <li>
                <a href={`#${id}`}>{title}</a>
              </li>
            ))}
          </ul>
        </nav>
      </div>
      <RowGroup id="group-profile" title={account.groups.profile} sections={inGroup('profile')} />
      {(props.ownsPassword || inGroup('security').length > 0) && (
        <Section id="group-security" title={account.groups.security}>
          {props.ownsPassword && <PasswordForm {...props} />}
          {inGroup('security').length > 0 && <SectionRows sections={inGroup('security')} />}
        </Section>
      )}
      <Sessions {...props} />
      <Applications ui={ui} action={props.action} applications={props.applications} />
      <RowGroup id="group-data" title={account.groups.data} sections={inGroup('data')} />
      <Sections sections={inGroup(undefined)} />
    </Layout>
  )
}

function sectionsIn({ sections }: AccountPageProps, group: ShownSection['group']): readonly ShownSection[] {
  return sections.filter((section) => section.group === group)
}

/** Returns the anchors and headings of the page, in its order. */
function contentsOf(props: AccountPageProps): readonly (readonly [id: string, title: string])[] {
  const { applications, groups, sessions } = props.ui.messages.account
  const has = (group: ShownSection['group']): boolean => sectionsIn(props, group).length > 0
  return [
    ...(has('profile') ? [['group-profile', groups.profile] as const] : []),
    ...(props.ownsPassword || has('security') ? [['group-security', groups.security] as const] : []),
    ['sessions', sessions],
    ['applications', applications],
    ...(has('data') ? [['group-data', groups.data] as const] : []),
    ...sectionsIn(props, undefined).map(({ id, title }) => [id, title] as const),
  ]
}

interface RowGroupProps {
  readonly id: string
  readonly title: string
  readonly sections: readonly ShownSection[]
}

function RowGroup({ id, sections, title }: RowGroupProps): JSX.Element {
  return sections.length === 0 ? (
    <></>
  ) : (
    <Section id={id} title={title}>
      <SectionRows sections={sections} />
    </Section>
  )
}

/** Returns the problems with the change of password, in the order of its fields. */
function passwordProblems({ passwordErrors: errors = {}, ui }: AccountPageProps): readonly FormProblem[] {
  const { account } = ui.messages
  return problemsOf([
    ['current_password', account.currentPassword, errors.current],
    ['new_password', account.newPassword, errors.new],
    ['repeated_password', account.repeatedPassword, errors.repeated],
  ])
}

interface IntentFormProps {
  readonly page: AccountPageProps
  readonly intent: AccountIntent
  readonly fields?: Readonly<Record<string, string>>
  readonly children?: Child
}

function IntentForm({ page, intent, fields, children }: IntentFormProps): JSX.Element {
  return (
    <Form ui={page.ui} action={page.action} fields={{ intent, ...fields }}>
      {children}
    </Form>
  )
}

function Sessions(props: AccountPageProps): JSX.Element {
  const { account } = props.ui.messages
  const others = props.sessions.some(({ current }) => !current)
  return (
    <Section id="sessions" title={account.sessions} hint={account.sessionsHint}>
      <ul class="items">
        {props.sessions.map((session) => (
          <li>
            <SessionItem page={props} session={session} />
          </li>
        ))}
      </ul>
      {others ? (
        <IntentForm page={props} intent="end-other-sessions">
          <div class="row">
            <Button>{account.endOthers}</Button>
          </div>
        </IntentForm>
      ) : (
        <p class="muted small">{account.onlyThis}</p>
      )}
    </Section>
  )
}

interface SessionItemProps {
  readonly page: AccountPageProps
  readonly session: AccountSession
}

function SessionItem({ page, session }: SessionItemProps): JSX.Element {
  const { messages } = page.ui
  const { account, common } = messages
  const device = describeUserAgent(session.userAgent, messages)
  return (
    <div class="item">
      <div class="item-body stack">
        <div class="row">
          <h3>{device}</h3>
          {session.current && <span class="badge">{account.thisOne}</span>}
        </div>
        <Facts
          entries={[
            ...(session.place ? [[account.place, session.place] as const] : []),
            [account.network, session.network ?? common.unknown],
            [account.since, <Time at={session.since} messages={messages} zone={page.ui.timeZone} />],
            [account.lastSeen, <Time at={session.lastSeen} messages={messages} zone={page.ui.timeZone} />],
          ]}
        />
      </div>
      {!session.current && (
        <IntentForm page={page} intent="end-session" fields={{ session: session.id }}>
          <Button label={account.endSessionOf(device)}>{account.endSession}</Button>
        </IntentForm>
      )}
    </div>
  )
}

function PasswordForm(props: AccountPageProps): JSX.Element {
  const { ui, user, minPasswordLength, passwordErrors: errors = {} } = props
  const { account } = ui.messages
  const first = passwordProblems(props)[0]?.target
  return (
    <section class="box stack" aria-labelledby="password">
      <div>
        <h3 id="password">{account.changePassword}</h3>
        <p class="muted">{account.changePasswordHint}</p>
      </div>
      <IntentForm page={props} intent="change-password">
        {/* Tells password managers whose password this is (W3C, HTML autofill). */}
        <input type="text" autocomplete="username" value={user.username} readonly hidden />
        <Field
          name="current_password"
          label={account.currentPassword}
          type="password"
          autocomplete="current-password"
          error={errors.current}
          autofocus={first === 'current_password'}
        />
        <NewPasswordFields
          ui={ui}
          minPasswordLength={minPasswordLength}
          errors={{ password: errors.new, repeated: errors.repeated }}
          first={first}
        />
        <div class="row">
          <Button kind="primary">{account.changePasswordSubmit}</Button>
        </div>
      </IntentForm>
    </section>
  )
}
