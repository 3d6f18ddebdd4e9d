import type { Context } from 'hono'
import type { ProviderEnv } from '../concepts.ts'
import type { CapturedRequest } from '../http/captured-requests.ts'
import { refuseSignIn } from '../pages/routes/login.ts'
import { messagesOf } from '../pages/routes/respond.ts'
import type { SignInProvider } from '../store/sign-in-provider-store.ts'
import type { Notice } from '../ui/components.tsx'
import { domainsOf } from './identity.ts'
import { signInProviderMessages } from './messages.ts'
import type { SignInProblem } from './problem.ts'

/** Returns the notice for a person who was not signed in; the details are only in the log. */
export function noticeOf(c: Context<ProviderEnv>, { kind }: SignInProblem, row: SignInProvider): Notice {
  const texts = signInProviderMessages(messagesOf(c))
  const notices = {
    cancelled: { text: texts.cancelled(row.name), advice: texts.cancelledAdvice },
    domain: { text: texts.domain(row.name, domainsOf(row).join(', ')), advice: texts.domainAdvice },
    failed: { text: texts.failed(row.name), advice: texts.failedAdvice },
    foreign: { text: texts.foreign(row.name), advice: texts.domainAdvice },
    fresh: { text: texts.fresh(row.name), advice: texts.freshAdvice },
    nobody: { text: texts.nobody(row.name), advice: texts.nobodyAdvice },
    old: { text: texts.old(row.name), advice: texts.cancelledAdvice },
    stale: { text: texts.stale, advice: texts.staleAdvice },
  }
  return { kind: kind === 'cancelled' ? 'warning' : 'error', ...notices[kind] }
}

/** Shows the sign-in page again, and logs the problem. */
export async function explain(
  c: Context<ProviderEnv>,
  problem: SignInProblem,
  row: SignInProvider,
  captured: CapturedRequest | null,
): Promise<Response> {
  c.get('provider').emit({ type: 'sign_in_refused', detail: `${row.id}: ${problem.message}` })
  return refuseSignIn(c, captured, noticeOf(c, problem, row))
}
