import { is, Placeholder, sql, type SQL } from 'drizzle-orm'
import { SQLiteAsyncDialect } from 'drizzle-orm/sqlite-core'

/** A statement: a `sql` template, or a builder of Drizzle that was not run. */
export type Statement = SQL | Rendered

/** A statement that is text and parameters already, or becomes so. */
export interface Rendered {
  toSQL(): { readonly sql: string; readonly params: readonly unknown[] }
}

/** Values by the names that a template has for them. */
export type Values = Readonly<Record<string, string | number | boolean | null>>

const dialect = new SQLiteAsyncDialect()
const texts = new Map<string, ReturnType<Rendered['toSQL']>>()

/** A place in a template of `statement` that takes the value of this name. */
export function value(name: string): SQL {
  return sql`${sql.placeholder(name)}`
}

/**
 * A statement of a request that comes often: its text is rendered once in an isolate, and each request binds its values.
 * @param name  names the text: whatever `build` depends on is part of it
 * @param build makes the template; whatever differs from request to request is a `value`
 */
export function statement(name: string, values: Values, build: () => SQL): Rendered {
  const text = texts.get(name) ?? dialect.sqlToQuery(build())
  texts.set(name, text)
  return { toSQL: () => bind(text, values) }
}

/** A statement that is rendered for this request alone, with the values of its places. */
export function filled(template: SQL, values: Values): Rendered {
  return { toSQL: () => bind(dialect.sqlToQuery(template), values) }
}

function bind(
  { params, sql: text }: ReturnType<Rendered['toSQL']>,
  values: Values,
): ReturnType<Rendered['toSQL']> {
  return { sql: text, params: params.map((param) => (is(param, Placeholder) ? values[param.name] : param)) }
}

/** The text and parameters of a statement. */
export function render(query: Statement): ReturnType<Rendered['toSQL']> {
  return 'toSQL' in query ? query.toSQL() : dialect.sqlToQuery(query)
}
