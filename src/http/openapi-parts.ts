import type { ParameterMeanings } from '../concepts.ts'

/** A part of an OpenAPI document. */
export type Schema = Readonly<Record<string, unknown>>

/** Describes a form: its fields, and which of them are required. */
export function form(fields: ParameterMeanings, required: readonly string[] = []): Schema {
  const properties = Object.fromEntries(
    Object.entries(fields).map(([name, description]) => [name, { type: 'string', description }]),
  )
  const schema = { type: 'object', required, properties }
  return { required: true, content: { 'application/x-www-form-urlencoded': { schema } } }
}

/** Describes the parameters of a query. */
export function query(fields: ParameterMeanings): readonly Schema[] {
  return Object.entries(fields).map(([name, description]) => ({
    name,
    in: 'query',
    description,
    schema: { type: 'string' },
  }))
}

/** Describes a page as an answer. */
export const page = (description: string): Schema => ({ description, content: { 'text/html': {} } })

/** Describes a redirect of the browser as an answer. */
export const seeOther: Schema = {
  description: 'Redirect to the next step, or back to the client',
  headers: { Location: { schema: { type: 'string' } } },
}
