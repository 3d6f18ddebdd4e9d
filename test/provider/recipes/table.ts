import { sql } from 'drizzle-orm'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { Feature } from '../../../src/public.ts'
import { run } from '../../../src/store/d1/run.ts'

/** What users write down: the table of the recipe. */
export const notes = sqliteTable('example_notes', {
  id: text('id').primaryKey(),
  text: text('text').notNull(),
  writtenAt: integer('written_at').notNull(),
})

/** What the feature asks of a storage: each call is one round trip, and may be sent again. */
export interface NoteStore {
  saveNote(note: typeof notes.$inferInsert): Promise<void>
  readNote(id: string): Promise<string | null>
}

/** The notes in D1. */
export function createNoteStore(db: D1Database): NoteStore {
  return {
    async saveNote({ id, text: body, writtenAt }) {
      await run(db, [
        sql`INSERT INTO example_notes (id, text, written_at) VALUES (${id}, ${body}, ${writtenAt})
          ON CONFLICT DO NOTHING`,
      ])
    },
    async readNote(id) {
      const [rows] = await run<[{ text: string }]>(db, [sql`SELECT text FROM example_notes WHERE id = ${id}`])
      return rows[0]?.text ?? null
    },
  }
}

/** A feature that writes and reads the table. */
export const notebook: Feature = {
  name: 'notebook',
  endpoints: [
    {
      at: 'oauth2',
      path: '/notes/:id',
      method: 'POST',
      body: 'json',
      status: 201,
      caller: 'nobody',
      cors: false,
      summary: 'Writes a note',
      async answer({ json, path }, { bindings, request }) {
        const body = JSON.stringify(json)
        const note = { id: path['id'] ?? '', text: body, writtenAt: request.now }
        if (bindings.DB) await createNoteStore(bindings.DB).saveNote(note)
        return { body: { id: note.id } }
      },
    },
    {
      at: 'oauth2',
      path: '/notes/:id',
      method: 'GET',
      body: 'none',
      caller: 'nobody',
      cors: false,
      summary: 'Reads a note',
      answer: async ({ path }, { bindings }) => ({
        body: { note: bindings.DB ? await createNoteStore(bindings.DB).readNote(path['id'] ?? '') : null },
      }),
    },
  ],
}
