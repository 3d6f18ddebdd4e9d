import { sql } from 'drizzle-orm'
import { index, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/**
 * What imports have brought, by ids that follow from the source and the record. A row outlives its record: an import that finds
 * the row, but no record, knows that the record was deleted here. Nothing in it says a name.
 */
export const importedRecords = sqliteTable(
  'imported_records',
  {
    id: text('id').primaryKey(),
    /** What natural keys of the source name a user by, hashed; null for all else, and for a user whose name another one has got. */
    nameId: text('name_id'),
  },
  (table) => [
    index('imported_records_name_id')
      .on(table.nameId)
      .where(sql`name_id IS NOT NULL`),
  ],
)
