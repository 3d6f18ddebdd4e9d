import { is, Placeholder, sql, type SQL } from 'drizzle-orm'
import { StorageError } from '../../errors.ts'

/**
 * Runs statements in one round trip and one transaction. It is the only caller of D1's `batch`: Drizzle's own returns wrong
 * columns for joins whose columns share a name (drizzle-orm issue 6038). Give every column of a join an alias.
 * @param statements in order; a later one sees what an earlier one wrote
 * @returns the rows of each statement, with the names of its aliases
 * @throws {StorageError} D1 failed twice; either nothing or everything was written
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
 * D1 does not repeat writes whose reply was lost, so we do so once; every write here may be sent again with the same
 * parameters.
 */
async function batch(db: D1Database, statements: readonly Statement[]): Promise<D1Result[]> {
  const prepared = statements.map((given) => {
    const query = render(given)
    return db.prepare(query.sql).bind(...query.params)
  })
  return db.batch(prepared).catch(async (error: unknown) => {
    // A constraint violation is an answer, not a failure of the storage.
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

/** Returns columns, each by its own name: of `u` and `id email`, `u.id AS id, u.email AS email`. */
export function columnsOf(table: string, names: string): SQL {
  const each = names.split(/\s+/).map((name) => `${table}.${name} AS ${name}`)
  return sql.raw(each.join(', '))
}

/** A statement: a `sql` template, or a Drizzle builder that has not been run. */
export type Statement = SQL | Rendered

/** A statement as text and parameters, or one to be rendered to them. */
export interface Rendered {
  toSQL(): { readonly sql: string; readonly params: readonly unknown[] }
}

/** Values by the names of a template's placeholders. */
export type Values = Readonly<Record<string, string | number | boolean | null>>

/**
 * How SQLite writes names, placeholders and strings: the parts of Drizzle's dialect that templates need, without its
 * builders.
 */
const DIALECT = {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- asked of the columns of a table alone, which no template has
  casing: {} as Parameters<SQL['toQuery']>[0]['casing'],
  escapeName: (name: string) => `"${name.replaceAll('"', '""')}"`,
  escapeParam: () => '?',
  escapeString: (text: string) => `'${text.replaceAll("'", "''")}'`,
}
const texts = new Map<string, ReturnType<Rendered['toSQL']>>()

/** Returns a placeholder in a template of `statement` for the value of this name. */
export function value(name: string): SQL {
  return sql`${sql.placeholder(name)}`
}

/**
 * Creates a frequent statement: its text is rendered once in an isolate, and each request binds its values.
 * @param name of the text, which contains everything that `build` depends on
 * @param build returns the template;
 * everything that differs from request to request is a `value`
 */
export function statement(name: string, values: Values, build: () => SQL): Rendered {
  const text = texts.get(name) ?? build().toQuery(DIALECT)
  texts.set(name, text)
  return { toSQL: () => bind(text, values) }
}

/** Renders a statement only for this request, with the values of its placeholders. */
export function filled(template: SQL, values: Values): Rendered {
  return { toSQL: () => bind(template.toQuery(DIALECT), values) }
}

function bind(
  { params, sql: text }: ReturnType<Rendered['toSQL']>,
  values: Values,
): ReturnType<Rendered['toSQL']> {
  return { sql: text, params: params.map((param) => (is(param, Placeholder) ? values[param.name] : param)) }
}

/** Returns the text and parameters of a statement. */
export function render(query: Statement): ReturnType<Rendered['toSQL']> {
  return 'toSQL' in query ? query.toSQL() : query.toQuery(DIALECT)
}
