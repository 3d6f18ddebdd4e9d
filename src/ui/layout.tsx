import { html } from 'hono/html'
import type { Child } from 'hono/jsx'
import type { JSX } from 'hono/jsx/jsx-runtime'
import { initialOf, safeImage } from './links.ts'
import type { Theme, Ui } from './theme.ts'

interface LayoutProps {
  readonly ui: Ui
  /** Names the page before the site's name, as browsers list it. */
  readonly title: string
  /** Something on the page went wrong: said first in the title, so that it is heard first. */
  readonly failed?: boolean | undefined
  /** For lists; other pages are one card in the middle. */
  readonly wide?: boolean
  /** A further stylesheet of ours. */
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
  const { messages, theme, styleUrl } = ui
  return (
    <html lang={messages.lang}>
      <head>
        <meta charset="utf-8" />
        <title>{`${failed ? `${messages.common.error}: ` : ''}${title} · ${theme.siteName}`}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
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
        {footer && <footer class="site-footer">{footer}</footer>}
      </body>
    </html>
  )
}

/** The logo, or the first letter of the site's name on the accent colour. Decoration: the name is said elsewhere. */
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

/** A page as a response body: with a doctype, without which browsers fall back to the layout of the nineties. */
export async function renderPage(page: JSX.Element): Promise<string> {
  const text = await html`<!doctype html>${page}`
  return text.toString()
}
