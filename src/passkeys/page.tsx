import type { JSX } from 'hono/jsx/jsx-runtime'
import type { Passkey } from '../store/passkey-store.ts'
import { Button, ButtonLink, Card, Facts, Field, Form, type Notice, Time } from '../ui/components.tsx'
import { InlineScript } from '../ui/inline-script.tsx'
import { ItemsPage } from '../ui/items-page.tsx'
import { Layout } from '../ui/layout.tsx'
import type { Ui } from '../ui/theme.ts'
import { PasskeyButton } from './button.tsx'
import { passkeyMessages } from './messages.ts'
import { PASSKEY_SCRIPT } from './script.ts'

/** What the page of a user's passkeys shows. */
export interface PasskeysPageProps {
  readonly ui: Ui
  /** The URL to which every form is posted, with its `intent`. */
  readonly action: string
  readonly passkeys: readonly Passkey[]
  /** The one that is being renamed. */
  readonly renaming: string | null
  readonly badName: boolean
  readonly notice: Notice | null
  /** The options to create one; a text if that is impossible now. */
  readonly adding: { readonly options: object } | { readonly instead: string; readonly url: string | null }
  readonly accountUrl: string
}

/** Shows a user's passkeys: names, times and actions. */
export function PasskeysPage(props: PasskeysPageProps): JSX.Element {
  const { accountUrl, badName, notice, passkeys, ui } = props
  return (
    <ItemsPage
      ui={ui}
      texts={passkeyMessages(ui.messages)}
      notice={notice}
      failed={badName}
      items={passkeys.map((passkey) => (
        <PasskeyItem page={props} passkey={passkey} />
      ))}
      accountUrl={accountUrl}
    >
      <AddPasskey {...props} />
    </ItemsPage>
  )
}

function PasskeyItem({
  page: { action, badName, renaming, ui },
  passkey: { createdAt, credentialId, lastUsedAt, name, synced },
}: {
  readonly page: PasskeysPageProps
  readonly passkey: Passkey
}): JSX.Element {
  const { common } = ui.messages
  const texts = passkeyMessages(ui.messages)
  const fields = { passkey: credentialId }
  return (
    <>
      <h2>{name}</h2>
      <Facts
        entries={[
          [texts.created, <Time at={createdAt} messages={ui.messages} zone={ui.timeZone} />],
          [
            texts.lastUsed,
            lastUsedAt === null ? (
              common.never
            ) : (
              <Time at={lastUsedAt} messages={ui.messages} zone={ui.timeZone} />
            ),
          ],
          [texts.synced, synced ? texts.yes : texts.no],
        ]}
      />
      {renaming === credentialId && (
        <Form ui={ui} action={action} fields={{ intent: 'rename', ...fields }}>
          <Field
            name="name"
            label={texts.name}
            value={name}
            autocomplete="off"
            error={badName ? texts.badName : undefined}
            autofocus
          />
          <Button kind="primary">{texts.save}</Button>
        </Form>
      )}
      <div class="row">
        {renaming !== credentialId && (
          <a
            class="button button-secondary"
            href={`${action}?rename=${credentialId}`}
            aria-label={texts.renameOf(name)}
          >
            {texts.rename}
          </a>
        )}
        <Form ui={ui} action={action} fields={{ intent: 'remove', ...fields }}>
          <Button kind="danger" label={texts.removeOf(name)}>
            {texts.remove}
          </Button>
        </Form>
      </div>
    </>
  )
}

function AddPasskey({ action, adding, ui }: PasskeysPageProps): JSX.Element {
  const texts = passkeyMessages(ui.messages)
  if ('instead' in adding) {
    return (
      <>
        <p>{adding.instead}</p>
        {adding.url !== null && <ButtonLink href={adding.url}>{texts.confirm}</ButtonLink>}
      </>
    )
  }
  return (
    <Form ui={ui} action={action} fields={{ intent: 'add' }}>
      <p data-no-passkey>{texts.unsupported}</p>
      <PasskeyButton options={adding.options} label={texts.add} failed={texts.failed} primary />
      <InlineScript text={PASSKEY_SCRIPT} />
    </Form>
  )
}

interface OfferPageProps {
  readonly ui: Ui
  readonly action: string
  readonly request: string | null
  readonly options: object
}

/** Offers a passkey to a user who has just entered the password. */
export function PasskeyOfferPage({ action, options, request, ui }: OfferPageProps): JSX.Element {
  const texts = passkeyMessages(ui.messages)
  const fields = request === null ? {} : { request }
  return (
    <Layout ui={ui} title={texts.offerTitle}>
      <Card>
        <h1>{texts.offerTitle}</h1>
        <p>{texts.offerText}</p>
        <Form ui={ui} action={action} fields={{ intent: 'add', ...fields }}>
          <p data-no-passkey>{texts.unsupported}</p>
          <PasskeyButton options={options} label={texts.add} failed={texts.failed} primary />
          <InlineScript text={PASSKEY_SCRIPT} />
        </Form>
        <Form ui={ui} action={action} fields={{ intent: 'decline', ...fields }}>
          <Button>{texts.notNow}</Button>
        </Form>
      </Card>
    </Layout>
  )
}
