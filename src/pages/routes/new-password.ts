import type { Provider } from '../../concepts.ts'
import { MIN_PASSWORD_LENGTH, type PasswordProblem, passwordProblem } from '../../identity/password-policy.ts'
import { MAX_PASSWORD_BYTES } from '../../identity/passwords.ts'
import type { Messages } from '../../ui/messages.ts'

/** Returns the problems of the two fields of a new password at once; none if both are valid. */
export async function newPasswordErrors(
  password: string,
  repeated: string | undefined,
  username: string,
  messages: Messages,
  provider: Provider,
): Promise<{ readonly password?: string; readonly repeated?: string }> {
  const problem = passwordProblem(password, username)
  const isKnown = problem === null && (await isKnownToGuessers(password, provider))
  return {
    ...(problem && { password: sentence(problem, messages) }),
    ...(isKnown && { password: messages.fields.knownPassword }),
    ...(password !== (repeated ?? '') && { repeated: messages.fields.notRepeated }),
  }
}

async function isKnownToGuessers(password: string, provider: Provider): Promise<boolean> {
  const checks = provider.passwordChecks.map(async (check) => check(password, provider))
  return (await Promise.all(checks)).includes(false)
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
