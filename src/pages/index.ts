import type { Paths, Provider } from '../concepts.ts'
import type { Feature } from '../concepts.ts'
import { languagesOf } from '../ui/messages.ts'
import { components, type Pages } from './components.ts'
import { describeAuthorization, describePages } from './describe.ts'
import { addAccountRoutes } from './routes/account.ts'
import { addAssetRoutes, showFavicon } from './routes/assets.ts'
import { addAuthorizeRoutes } from './routes/authorize.ts'
import { addConfirmRoutes } from './routes/confirm.tsx'
import { showFront } from './routes/front.ts'
import { addLanguageRoute, LANGUAGE_PATH } from './routes/language.ts'
import { addLoginRoutes } from './routes/login.ts'
import { addLogoutRoutes } from './routes/logout.ts'
import { showError, showNotFound } from './routes/respond.ts'
import { addSignUpRoutes } from './routes/sign-up.ts'

/**
 * The feature with the pages for people: the authorization endpoint with its consent page, sign-in, sign-out, sign-up, the
 * account page.
 * @param replaced pages that replace ours, as components with the same props
 * @example
 * const provider = createProvider({ features: [pages({ login: MyLogin })] })
 */
export function pages(replaced: Partial<Pages> = {}): Feature {
  const shown = Object.freeze({ ...components, ...replaced })
  return {
    name: 'pages',
    metadata: [pageMetadata],
    shell: {
      setUp: (c) => {
        c.set('pages', shown)
      },
      showError,
      showNotFound,
    },
    pages: [
      {
        at: 'oauth2',
        below: () => ['/authorize'],
        // Requests come from other sites; the form of the consent page is guarded by its own route.
        guarded: false,
        addRoutes: addAuthorizeRoutes,
        describe: describeAuthorization,
      },
      {
        at: 'root',
        below: pagePaths,
        addRoutes(app, paths) {
          addAssetRoutes(app)
          addLanguageRoute(app)
          addLoginRoutes(app, paths)
          addLogoutRoutes(app, paths)
          addSignUpRoutes(app, paths)
          addAccountRoutes(app, paths)
          addConfirmRoutes(app, paths)
          // Where password managers look for the page to change a password; not for users who are kept elsewhere.
          app.get('/.well-known/change-password', async (c, next) =>
            c.get('provider').hooks.users || !c.get('provider').settings.passwords
              ? next()
              : c.redirect(`${paths.account}#password`),
          )
        },
        fallbacks: { '/': showFront, '/favicon.ico': showFavicon },
        describe: describePages,
      },
    ],
  }
}

function pageMetadata(provider: Provider): Readonly<Record<string, unknown>> {
  const { origin, paths } = provider
  return {
    authorization_endpoint: `${origin}${paths.oauth2}/authorize`,
    ui_locales_supported: languagesOf(provider).map(({ lang }) => lang),
  }
}

function pagePaths({ account, login, logout, signUp }: Paths): readonly string[] {
  return [account, login, logout, signUp, LANGUAGE_PATH, '/assets', '/.well-known/change-password']
}
