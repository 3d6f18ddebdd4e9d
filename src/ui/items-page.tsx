import type { Child } from 'hono/jsx'
import type { JSX } from 'hono/jsx/jsx-runtime'
import { Alert, Card, EmptyState, type Notice } from './components.tsx'
import { Layout } from './layout.tsx'
import type { Ui } from './theme.ts'

/** The texts of a page about the things that it lists. */
interface ItemTexts {
  readonly title: string
  readonly hint: string
  readonly none: string
  readonly noneHint: string
  readonly back: string
}

interface ItemsPageProps {
  readonly ui: Ui
  readonly texts: ItemTexts
  readonly notice: Notice | null
  /** Whether a field is wrong. */
  readonly failed?: boolean
  readonly items: readonly Child[]
  /** Where the account page is. */
  readonly accountUrl: string
  /** How another one is added. */
  readonly children?: Child
}

/** A page about things that belong to an account: their list, a way to add one, and the way back. */
export function ItemsPage(props: ItemsPageProps): JSX.Element {
  const { accountUrl, children, failed = false, items, notice, texts, ui } = props
  return (
    <Layout ui={ui} title={texts.title} failed={failed || notice?.kind === 'error'}>
      <Card>
        <h1>{texts.title}</h1>
        <p class="muted">{texts.hint}</p>
        {notice && <Alert {...notice} />}
        {items.length === 0 ? (
          <EmptyState title={texts.none} hint={texts.noneHint} level={2} />
        ) : (
          <ul class="items">
            {items.map((item) => (
              <li class="stack">{item}</li>
            ))}
          </ul>
        )}
        {children}
        <p class="small">
          <a href={accountUrl}>{texts.back}</a>
        </p>
      </Card>
    </Layout>
  )
}
