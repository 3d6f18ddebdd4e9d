import { actions } from './actions.ts'
import { clients } from './clients.ts'
import { doctor } from './doctor.ts'
import { events } from './events.ts'
import { lists } from './lists.ts'
import { pages } from './pages.ts'
import { problems } from './problems.ts'
import { signInProviders } from './sign-in-providers.ts'

/** Die Verwaltung auf Deutsch. Was eine andere Sprache übersetzt, hat dieselben Schlüssel. */
export const german = {
  ...pages,
  ...lists,
  ...events,
  ...actions,
  ...clients,
  ...problems,
  ...doctor,
  ...signInProviders,
}
