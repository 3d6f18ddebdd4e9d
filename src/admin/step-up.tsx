import type { Context } from 'hono'
import type { Params, ProviderEnv } from '../concepts.ts'
import { seal, unseal } from '../crypto/seal.ts'
import { OAuthError } from '../errors.ts'
import { hasPassword } from '../identity/own-password.ts'
import { parseParams } from '../oauth/params.ts'
import { renderStepUps } from '../pages/routes/confirm.tsx'
import { confirmOperator, isStale, type StaffOperator } from './operator.ts'
import { CARRIED, PasswordPage, StalePage } from './pages/forms.tsx'
import { adminUi, showAdminPage } from './respond.ts'
import type { PanelText } from './words.ts'

/** Thrown when a valid change is about to be written, but its operator entered the password too long ago. */
class PasswordNeeded extends Error {}

/** Replaces the mark of a write. */
function needPassword(): never {
  throw new PasswordNeeded()
}

/** A form, and its sender. */
export interface Said {
  /** What was sent, or what the password page carried. */
  readonly form: Params
  /** The operator; if the password is needed, the first write throws. */
  readonly operator: StaffOperator
  /** Why the form's password was refused; null if it is correct, or there is none. */
  readonly refused: { readonly problem: PanelText | null; readonly status: 400 | 429 } | null
}

/**
 * Opens a form that may have waited for its operator's password, and checks that password.
 * @throws {OAuthError} invalid_request: this session did not send the waiting form
 */
export async function openForm(
  sent: Params,
  repeatable: readonly string[],
  operator: StaffOperator,
): Promise<Said> {
  const sealed = sent.get(CARRIED)
  const form = sealed === undefined ? sent : parseParams(await open(sealed, operator), repeatable)
  if (!isStale(operator)) return { form, operator, refused: null }
  const refused = await confirmOperator(sent, operator)
  if (!refused) return { form, operator, refused: null }
  return {
    form,
    operator: { ...operator, mark: needPassword },
    refused: refused.problem === null ? null : refused,
  }
}

async function open(sealed: string, operator: StaffOperator): Promise<string> {
  const text = await unseal(sealed, contextOf(operator), operator.provider.keys)
  if (text === null) throw new OAuthError('invalid_request', 'The form does not belong to this session.')
  return text
}

function contextOf({ session }: StaffOperator): string {
  return `${CARRIED} ${session?.id ?? ''}`
}

/**
 * Does what a form asks for, or stops before the first write if the password is needed.
 * @returns null if it is needed
 */
export async function untilPassword<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof PasswordNeeded) return null
    throw error
  }
}

/**
 * Asks for the operator's password; the page carries the form, sealed for this session, including any passwords in it.
 *
 * @param page where it is posted, where cancelling leads, and the names of the form's fields
 */
export async function askPassword(
  c: Context<ProviderEnv>,
  { form, operator, refused }: Said,
  page: {
    readonly action: string
    readonly cancelUrl: string
    readonly current: string
    readonly names: readonly string[]
  },
): Promise<Response> {
  const entries = page.names.flatMap((name) => form.getAll(name).map((value) => [name, value]))
  const carried = await seal(
    new URLSearchParams(entries).toString(),
    contextOf(operator),
    operator.provider.keys,
  )
  const admin = await adminUi(c, operator)
  const { parts, scriptHashes } = await renderStepUps(c, operator.session)
  return showAdminPage(
    c,
    !operator.session || hasPassword(operator.session, operator.provider) ? (
      <PasswordPage
        admin={admin}
        {...page}
        carried={carried}
        others={parts}
        problem={refused?.problem ? admin.say(refused.problem) : null}
      />
    ) : (
      <StalePage admin={admin} {...page} confirmUrl={`${operator.provider.paths.account}/confirm`} />
    ),
    refused?.status ?? 200,
    { scriptHashes },
  )
}
