import { is, Placeholder, sql, type SQL } from 'drizzle-orm'
import { SQLiteAsyncDialect } from 'drizzle-orm/sqlite-core'
import { StorageError } from '../../errors.ts'

/**
 * Runs statements in one round trip and one transaction. It is the only caller of D1's `batch`: Drizzle's own gives wrong
 * columns for joins whose columns share a name (drizzle-orm issue 6038). Give every column of a join an alias.
 * @param statements in order; a later one sees what an earlier one wrote
 * @returns the rows of each statement, of the shape that its aliases give
 * @throws {StorageError} D1 failed twice; nothing was written, or what was written was written whole
 */
export async function run<Rows extends readonly object[]>(
  db: D1Database,
  statements: readonly Statement[],
): Promise<{ [K in keyof Rows]: Rows[K][] }> {
  const results = await batch(db, statements)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only the SQL knows the shape of its rows
  return results.map((result) => result.results) as { [K in keyof Rows]: Rows[K][] }
}

/**
 * D1 does not repeat writes whose reply was lost, so we do, once: every write here may be sent again with the same
 * parameters.
 */
async function batch(db: D1Database, statements: readonly Statement[]): Promise<D1Result[]> {
  const prepared = statements.map((given) => {
    const query = render(given)
    return db.prepare(query.sql).bind(...query.params)
  })
  return db.batch(prepared).catch(async (error: unknown) => {
    // A broken constraint is an answer, not a fault of the storage.
    if (String(error).includes('constraint failed')) throw error
    return db.batch(prepared).catch((cause: unknown) => {
      throw new StorageError('D1', cause)
    })
  })
}

/** A list of values as one parameter, for `value IN (SELECT value FROM json_each(…))`. */
export function jsonList(values: readonly string[]): SQL {
  return sql`(SELECT value FROM json_each(${JSON.stringify(values)}))`
}

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
