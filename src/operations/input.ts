import * as v from 'valibot'
import type { Params } from '../concepts.ts'
import { type FieldProblem, InvalidInputError } from '../errors.ts'
import type { FieldSpec, Input } from './resource.ts'

/** Problems, by field. */
export type Problems = Readonly<Record<string, string>>

/** Names of a form's fields that may be sent more than once. */
export function repeatableNames(fields: readonly FieldSpec[]): readonly string[] {
  return fields.filter(({ kind }) => kind === 'choices').map(({ name }) => name)
}

/** Reads the fields of a form, in the shapes that the API accepts. */
export function readInput(form: Params, fields: readonly FieldSpec[]): Input {
  return Object.fromEntries(fields.map((field) => [field.name, readField(form, field)]))
}

function readField(form: Params, { kind, name, unset }: FieldSpec): unknown {
  switch (kind) {
    case 'choices':
      return form.getAll(name)
    case 'flag':
      return unset === undefined ? form.get(name) !== undefined : form.get(name)
    case 'lines':
      return (form.get(name) ?? '')
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '')
    case 'choice':
    case 'json':
    case 'password':
    case 'seconds':
    case 'text':
      return form.get(name) ?? ''
  }
}

/** Runs something that may refuse its input, and returns the problems by field. */
export async function catchProblems<T>(
  work: () => Promise<T>,
): Promise<{ readonly value: T } | { readonly problems: Problems }> {
  try {
    return { value: await work() }
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    return { problems: byField(error.problems) }
  }
}

/** Joins several problems of one field. */
function byField(problems: readonly FieldProblem[]): Problems {
  const texts = new Map<string, string>()
  for (const { field, message } of problems) {
    const before = texts.get(field)
    texts.set(field, before === undefined ? message : `${before} ${message}`)
  }
  return Object.fromEntries(texts)
}

/**
 * Runs the checks of several fields, so that all problems are reported at once.
 * @returns what each check returned, by its name
 * @throws {InvalidInputError} the problems of all checks
 */
export function gather<T extends object>(checks: { readonly [K in keyof T]: () => T[K] }): T {
  const problems: FieldProblem[] = []
  const entries = Object.entries<() => unknown>(checks).map(([name, check]) => {
    try {
      return [name, check()] as const
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error
      problems.push(...error.problems)
      return [name, undefined] as const
    }
  })
  if (problems.length > 0) throw new InvalidInputError(problems)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- no check failed, so each name has its value
  return Object.fromEntries(entries) as T
}

/**
 * Checks the value of a field; the messages of its schema are sentences for people.
 * @throws {InvalidInputError} with the
 * problem
 */
export function checkField<T>(field: string, schema: v.GenericSchema<unknown, T>, value: unknown): T {
  const parsed = v.safeParse(schema, value)
  if (parsed.success) return parsed.output
  throw new InvalidInputError(field, parsed.issues[0].message)
}
