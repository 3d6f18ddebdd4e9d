import type { JSX } from 'hono/jsx/jsx-runtime'
import { Alert, Button, Card } from '../ui/components.tsx'
import { Layout } from '../ui/layout.tsx'
import { safeHref } from '../ui/links.ts'
import { type Asset, asset } from '../ui/styles.ts'
import type { Ui } from '../ui/theme.ts'

/** What the page that answers with a form shows. */
export interface FormPostPageProps {
  readonly ui: Ui
  /** The client's redirect URI. */
  readonly redirectUri: string
  /** The answer's parameters, in order. */
  readonly parameters: readonly (readonly [name: string, value: string])[]
  /** Where `submitAsset` is served. */
  readonly scriptUrl: string
}

/**
 * Sends the page's form. Without it the person presses the button. A field named `submit` would hide the form's own method,
 * so the prototype's is used.
 */
const SUBMIT_SCRIPT = 'HTMLFormElement.prototype.submit.call(document.forms[0])\n'

/** The script as a file, `/assets/submit-<hash>.js`: inline scripts are refused by our own policy. */
export function submitAsset(): Promise<Asset> {
  return asset('submit', 'js', 'text/javascript; charset=utf-8', SUBMIT_SCRIPT)
}

/**
 * Answers the client with a form (OAuth 2.0 Form Post Response Mode). It goes to another origin, so it is the only form that
 * must not contain our anti-forgery value.
 */
export function FormPostPage({ ui, redirectUri, parameters, scriptUrl }: FormPostPageProps): JSX.Element {
  const { formPost } = ui.messages
  const action = safeHref(redirectUri)
  return (
    <Layout ui={ui} title={formPost.title} failed={action === null}>
      <Card>
        <h1>{formPost.title}</h1>
        {action === null ? (
          <Alert kind="error" text={formPost.refused} />
        ) : (
          <>
            <p class="muted">{formPost.text(URL.parse(action)?.host ?? '')}</p>
            <form method="post" action={action} class="stack">
              {parameters.map(([name, value]) => (
                <input type="hidden" name={name} value={value} />
              ))}
              <Button kind="primary">{formPost.submit}</Button>
            </form>
            <script src={scriptUrl} defer />
          </>
        )}
      </Card>
    </Layout>
  )
}
