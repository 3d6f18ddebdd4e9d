import type { Context } from 'hono'
import type { Params, ProviderEnv } from '../concepts.ts'
import { seal, unseal } from '../crypto/seal.ts'
import { OAuthError } from '../errors.ts'
import { parseParams } from '../oauth/params.ts'
import { confirmOwnPassword, isStale, type StaffOperator } from './operator.ts'
import { CARRIED, PasswordPage } from './pages/forms.tsx'
import { adminUi, showAdminPage } from './respond.ts'

/** A change is about to be written whose operator gave the password long ago. Everything else about it is fine. */
class PasswordNeeded extends Error {}

/** In place of the mark of a write. */
function needPassword(): never {
  throw new PasswordNeeded()
}

/** A form, and who sends it. */
export interface Said {
  /** What was sent, or what the page for the password carried. */
  readonly form: Params
  /** The operator; where the password is needed, the first write stops at it. */
  readonly operator: StaffOperator
  /** Why the password that came with the form does not count; null if it does, or none came. */
  readonly refused: { readonly problem: string | null; readonly status: 400 | 429 } | null
}

/**
 * Opens a form that may have waited for its operator's password, and checks that password.
 * @throws {OAuthError} invalid_request: what waited is not what this session sent
 */
export async function openForm(
  sent: Params,
  repeatable: readonly string[],
  operator: StaffOperator,
): Promise<Said> {
  const sealed = sent.get(CARRIED)
  const form = sealed === undefined ? sent : parseParams(await open(sealed, operator), repeatable)
  if (!isStale(operator)) return { form, operator, refused: null }
  const refused = await confirmOwnPassword(sent, operator)
  if (!refused) return { form, operator, refused: null }
  return {
    form,
    operator: { ...operator, mark: needPassword },
    refused: refused.problem === null ? null : refused,
  }
}

async function open(sealed: string, operator: StaffOperator): Promise<string> {
  const text = await unseal(sealed, contextOf(operator), operator.provider.keys)
  if (text === null) throw new OAuthError('invalid_request', 'The form is not one of this session.')
  return text
}

function contextOf({ session }: StaffOperator): string {
  return `${CARRIED} ${session?.id ?? ''}`
}

/**
 * Does what a form asks, up to the first write where the password is needed.
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
 * Asks for the operator's password; the form travels along, sealed for this session, with passwords that it may hold.
 * @param page where it is posted, where one goes who cancels, and the names of what the form says
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
  return showAdminPage(
    c,
    <PasswordPage admin={admin} {...page} carried={carried} problem={refused?.problem ?? null} />,
    refused?.status ?? 200,
  )
}
