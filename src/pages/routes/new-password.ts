import { MIN_PASSWORD_LENGTH, passwordProblem } from '../../identity/password-policy.ts'
import { MAX_PASSWORD_BYTES } from '../../identity/passwords.ts'
import type { Messages } from '../../ui/messages.ts'

/** What to say beside the two fields of a new password; neither where it is fine. */
export function newPasswordErrors(
  password: string,
  repeated: string | undefined,
  username: string,
  { fields }: Messages,
): { readonly password?: string; readonly repeated?: string } {
  const problem = passwordProblem(password, username)
  if (problem === 'tooShort') return { password: fields.tooShort(MIN_PASSWORD_LENGTH) }
  if (problem === 'tooLong') return { password: fields.tooLong(MAX_PASSWORD_BYTES) }
  if (problem === 'tooCommon') return { password: fields.tooCommon }
  return password === repeated ? {} : { repeated: fields.notRepeated }
}
