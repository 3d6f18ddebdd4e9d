import type { JSX } from 'hono/jsx/jsx-runtime'
import type { Paths } from '../concepts.ts'
import type { LinkedAccount, SignInProviderRecord } from '../store/sign-in-provider-store.ts'
import { Button, ButtonLink, Facts, Form, type Notice, Time } from '../ui/components.tsx'
import { ItemsPage } from '../ui/items-page.tsx'
import { displayName } from '../ui/links.ts'
import type { Ui } from '../ui/theme.ts'
import { ProviderButton } from './button.tsx'
import { signInProviderMessages } from './messages.ts'

/** What the page of a user's connected accounts shows. */
export interface ConnectionsPageProps {
  readonly ui: Ui
  readonly paths: Paths
  /** The URL to which every form is posted, with its `intent`. */
  readonly action: string
  readonly links: readonly LinkedAccount[]
  /** The providers whose accounts can be connected. */
  readonly providers: readonly SignInProviderRecord[]
  /** The most accounts that a user may connect. */
  readonly most: number
  readonly notice: Notice | null
  /** Where a user whose sign-in is old must authenticate first; null for all others. */
  readonly confirmUrl: string | null
}

/** Shows a user's accounts elsewhere, with their actions. */
export function ConnectionsPage(props: ConnectionsPageProps): JSX.Element {
  const { links, notice, paths, ui } = props
  return (
    <ItemsPage
      ui={ui}
      texts={signInProviderMessages(ui.messages)}
      notice={notice}
      items={links.map((link) => (
        <Connection page={props} link={link} />
      ))}
      accountUrl={paths.account}
    >
      <Connect {...props} />
    </ItemsPage>
  )
}

function Connection({
  link: { isEnabled, label, lastUsedAt, linkedAt, providerId, providerName, subject },
  page: { action, confirmUrl, ui },
}: {
  readonly page: ConnectionsPageProps
  readonly link: LinkedAccount
}): JSX.Element {
  const texts = signInProviderMessages(ui.messages)
  return (
    <>
      <h2>{providerName}</h2>
      {!isEnabled && <p class="muted">{texts.off}</p>}
      <Facts
        entries={[
          [texts.account, displayName(label)],
          [texts.connected, <Time at={linkedAt} messages={ui.messages} zone={ui.timeZone} />],
          [
            texts.lastUsed,
            lastUsedAt === null ? (
              ui.messages.common.never
            ) : (
              <Time at={lastUsedAt} messages={ui.messages} zone={ui.timeZone} />
            ),
          ],
        ]}
      />
      {confirmUrl === null && (
        <Form ui={ui} action={action} fields={{ intent: 'disconnect', provider: providerId, subject }}>
          <div class="row">
            <Button kind="danger" label={texts.disconnectOf(`${providerName}, ${displayName(label)}`)}>
              {texts.disconnect}
            </Button>
          </div>
        </Form>
      )}
    </>
  )
}

function Connect({
  action,
  confirmUrl,
  links,
  most,
  paths,
  providers,
  ui,
}: ConnectionsPageProps): JSX.Element {
  const texts = signInProviderMessages(ui.messages)
  if (confirmUrl !== null)
    return (
      <div class="stack">
        <p>{texts.confirmFirst}</p>
        <ButtonLink href={confirmUrl} kind="primary">
          {texts.confirm}
        </ButtonLink>
      </div>
    )
  if (links.length >= most) return <p>{texts.tooMany(most)}</p>
  return (
    <div class="stack">
      {providers.map((row) => (
        <Form ui={ui} action={action} fields={{ intent: 'connect', provider: row.id }}>
          <ProviderButton paths={paths} row={row} text={texts.connect(row.name)} />
        </Form>
      ))}
    </div>
  )
}
