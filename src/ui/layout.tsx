import type { Child } from 'hono/jsx'
import type { JSX } from 'hono/jsx/jsx-runtime'
import { initialOf, safeImage } from './links.ts'
import type { Theme, Ui } from './theme.ts'

interface LayoutProps {
  readonly ui: Ui
  /** The name of the page, before that of the site. */
  readonly title: string
  /** Whether there is a problem on the page, which the title says first, so that it is heard first. */
  readonly failed?: boolean | undefined
  /** Whether the page is wide, for lists; other pages are one card in the middle. */
  readonly wide?: boolean
  /** Another of our stylesheets. */
  readonly extraStyleUrl?: string
  /** Links beside the site's name. */
  readonly nav?: Child
  readonly footer?: Child
  readonly children?: Child
}

/** A whole document: head, the site's name or logo, the content and a footer. */
export function Layout({
  ui,
  title,
  failed,
  wide,
  extraStyleUrl,
  nav,
  footer,
  children,
}: LayoutProps): JSX.Element {
  const { languages = [], messages, theme, styleUrl } = ui
  return (
    <html lang={messages.lang}>
      <head>
        <meta charset="utf-8" />
        <title>{`${failed ? `${messages.common.error}: ` : ''}${title} · ${theme.siteName}`}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content={schemeOf(theme)} />
        <meta name="referrer" content="no-referrer" />
        <link rel="stylesheet" href={styleUrl} />
        {extraStyleUrl && <link rel="stylesheet" href={extraStyleUrl} />}
      </head>
      <body class={wide ? 'wide' : 'narrow'}>
        <a class="skip" href="#content">
          {messages.common.skip}
        </a>
        <header class="site-header">
          <div class="brand">
            <SiteMark theme={theme} />
            <span>{theme.siteName}</span>
          </div>
          {nav && <div class="site-nav">{nav}</div>}
        </header>
        <main id="content" tabindex={-1}>
          {children}
        </main>
        {(footer || languages.length > 0) && (
          <footer class="site-footer">
            {footer}
            <Languages ui={ui} />
          </footer>
        )}
      </body>
    </html>
  )
}

/** The other languages, each named in itself. */
function Languages({ ui }: { readonly ui: Ui }): JSX.Element | null {
  const { languages = [], messages } = ui
  if (languages.length === 0) return null
  return (
    <nav aria-label={messages.common.language}>
      {languages.map(({ lang, name, url }) => (
        <a href={url} lang={lang} hreflang={lang} rel="nofollow">
          {name}
        </a>
      ))}
    </nav>
  )
}

function schemeOf({ colorScheme = 'auto' }: Theme): string {
  return colorScheme === 'auto' ? 'light dark' : colorScheme
}

/** The logo, or the first letter of the site's name on the accent color. Decorative, as the name is elsewhere. */
export function SiteMark({ theme, large }: { readonly theme: Theme; readonly large?: boolean }): JSX.Element {
  const logo = safeImage(theme.logoUrl)
  const size = large ? ' mark-large' : ''
  return logo ? (
    <img class={`logo${size}`} src={logo} alt="" height={large ? 48 : 32} />
  ) : (
    <span class={`mark mark-site${size}`} aria-hidden="true">
      {initialOf(theme.siteName)}
    </span>
  )
}

/** Renders a page as a response body with a doctype, without which browsers use quirks mode. */
export async function renderPage(page: JSX.Element): Promise<string> {
  // The text of an element of Hono's that waits for something is a promise.
  const element: { toString(): string | Promise<string> } = await page
  return `<!doctype html>${await element.toString()}`
}
