import { InvalidInputError } from '../../errors.ts'
import { PROFILE_LABELS } from '../../identity/profile-labels.ts'
import { PROFILE_FIELDS, type ProfileField, readProfile } from '../../identity/profile.ts'
import type { JsonObject } from '../../store/records.ts'
import type { FieldSpec, Input } from '../resource.ts'

const PROBLEMS: Readonly<Record<ProfileField['kind'], string>> = {
  text: 'This must be one line of at most 200 characters.',
  birthdate: 'The date must look like 1990-12-31, or be only a year.',
  zone: 'The time zone must be a name such as Europe/Berlin.',
  locale: 'The language must be a tag such as en or de-AT.',
  url: 'This must be a web address.',
  phone: 'The phone number must look like +49 30 123456.',
}

/** The fields of the form. */
export const PROFILE: readonly FieldSpec[] = PROFILE_FIELDS.map(({ name }) => ({
  name,
  label: PROFILE_LABELS[name],
  kind: 'text',
  advanced: true,
}))

/**
 * Reads the profile of a form.
 * @throws {InvalidInputError} names all invalid fields of the profile
 */
export function readPatch(input: Input): JsonObject {
  const { patch, problems } = readProfile((name) => {
    const value = input[name] ?? (input[name] === null ? '' : undefined)
    // Only strings pass a check.
    return value === undefined || typeof value === 'string' ? value : '\0'
  })
  if (problems.length === 0) return patch
  throw new InvalidInputError(problems.map(({ kind, name }) => ({ field: name, message: PROBLEMS[kind] })))
}
