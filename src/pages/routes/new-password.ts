import { MIN_PASSWORD_LENGTH, type PasswordProblem, passwordProblem } from '../../identity/password-policy.ts'
import { MAX_PASSWORD_BYTES } from '../../identity/passwords.ts'
import type { Messages } from '../../ui/messages.ts'

/** What to say beside the two fields of a new password, all at once; neither where both are fine. */
export function newPasswordErrors(
  password: string,
  repeated: string | undefined,
  username: string,
  messages: Messages,
): { readonly password?: string; readonly repeated?: string } {
  const problem = passwordProblem(password, username)
  return {
    ...(problem && { password: sentence(problem, messages) }),
    ...(password !== (repeated ?? '') && { repeated: messages.fields.notRepeated }),
  }
}

function sentence(problem: PasswordProblem, { fields }: Messages): string {
  switch (problem) {
    case 'tooShort':
      return fields.tooShort(MIN_PASSWORD_LENGTH)
    case 'tooLong':
      return fields.tooLong(MAX_PASSWORD_BYTES)
    case 'notText':
    case 'holdsName':
    case 'tooCommon':
      return fields[problem]
  }
}
