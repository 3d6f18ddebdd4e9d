import type { ParameterMeanings } from '../concepts.ts'

/** A part of an OpenAPI document. */
export type Schema = Readonly<Record<string, unknown>>

/** A form: its fields, and those that it must have. */
export function form(fields: ParameterMeanings, required: readonly string[] = []): Schema {
  const properties = Object.fromEntries(
    Object.entries(fields).map(([name, description]) => [name, { type: 'string', description }]),
  )
  const schema = { type: 'object', required, properties }
  return { required: true, content: { 'application/x-www-form-urlencoded': { schema } } }
}

/** Parameters of a query. */
export function query(fields: ParameterMeanings): readonly Schema[] {
  return Object.entries(fields).map(([name, description]) => ({
    name,
    in: 'query',
    description,
    schema: { type: 'string' },
  }))
}

/** A page as an answer. */
export const page = (description: string): Schema => ({ description, content: { 'text/html': {} } })

/** A redirect of the browser as an answer. */
export const seeOther: Schema = {
  description: 'On to the next step, or back to the client',
  headers: { Location: { schema: { type: 'string' } } },
}
