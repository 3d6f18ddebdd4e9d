import { env } from 'cloudflare:workers'
import { getTableColumns, getTableName } from 'drizzle-orm'
import { beforeEach, describe, expect, it } from 'vitest'
import { withFeature } from '../../support/embedded.ts'
import { all } from '../../support/operator.ts'
import { countTrips } from '../../support/trips.ts'
import { createNoteStore, notebook, notes } from './table.ts'

/** What `npm run generate` writes for the file of the table. */
const MIGRATION =
  'CREATE TABLE IF NOT EXISTS `example_notes` (`id` text PRIMARY KEY NOT NULL, `text` text NOT NULL, `written_at` integer NOT NULL)'

beforeEach(() => env.DB.exec(MIGRATION))

describe('a table that a feature brings', () => {
  it('has in the database the columns that its file names', async () => {
    const columns = await all(`SELECT name, "notnull" FROM pragma_table_info('${getTableName(notes)}')`)
    const expected = Object.values(getTableColumns(notes)).map(({ name }) => ({ name, notnull: 1 }))
    expect(columns).toEqual(expected)
  })

  it('is written once, however often a call is sent, in one round trip each', async () => {
    const trips = countTrips()
    const store = createNoteStore(trips.vars.DB)
    const note = { id: '1', text: 'milk', writtenAt: 1 }
    await Promise.all([store.saveNote(note), store.saveNote({ ...note, text: 'bread' })])
    expect(trips.d1).toBe(2)
    expect(await all('SELECT * FROM example_notes')).toHaveLength(1)
    expect(await createNoteStore(env.DB).readNote('2')).toBeNull()
  })

  it('is reached by the endpoints of its feature over the binding', async () => {
    const ask = withFeature(notebook)
    const headers = { 'Content-Type': 'application/json' }
    const hostile = "'); DROP TABLE example_notes; --"
    const written = await ask('/oauth2/notes/7', { method: 'POST', headers, body: JSON.stringify(hostile) })
    expect(written.status).toBe(201)
    expect(await (await ask('/oauth2/notes/7')).json()).toEqual({ note: JSON.stringify(hostile) })
    expect(await (await ask('/oauth2/notes/8')).json()).toEqual({ note: null })
  })
})
