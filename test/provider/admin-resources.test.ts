import { describe, expect, it } from 'vitest'
import { admin } from '../../src/provider/admin.ts'
import { createProvider, pages, type Resource, shortList } from '../../src/public.ts'
import { openBrowser } from '../support/browser.ts'
import { embedded } from '../support/embedded.ts'
import { givenSession, givenUser } from '../support/fixture.ts'

describe('lists that features add', () => {
  it('are in the panel, with what can be done to the list as a whole', async () => {
    const done: string[] = []
    const lamps = {
      kind: 'lamps',
      title: 'Lamps',
      singular: 'lamp',
      intro: 'What gives light.',
      id: 'id',
      name: 'id',
      columns: [{ name: 'id', label: 'Lamp' }],
      facts: [{ name: 'id', label: 'Lamp' }],
      filters: [],
      ...shortList('id', async () => [{ id: 'hall' }, { id: 'stairs' }]),
      actions: [
        {
          name: 'switch-off',
          label: 'Switch off',
          question: 'It gets dark.',
          ofAll: true,
          run: async (_record, _input, operator) => {
            done.push(operator.mark().actor)
            return { id: 'hall', text: 'It is dark.' }
          },
        },
      ],
    } satisfies Resource
    const ask = embedded({ features: [pages(), admin(), { name: 'example', adminResources: [lamps] }] })
    const staff = await givenUser('staff', { isStaff: true })
    const { name, value } = await givenSession(staff)
    const browser = openBrowser({}, [], ask)
    browser.cookies.set(name, value)
    const list = await browser.visit('/admin/lamps')
    expect(list.text).toContain('stairs')
    expect(list.text).toMatch(/href="\/admin\/lamps"[^>]*>\s*Lamps/)
    const asked = await browser.submit(list, '/admin/lamps/act', [['action', 'switch-off']])
    expect(asked.text).toContain('It gets dark.')
    expect(done).toEqual([])
    expect((await browser.submit(asked, '/admin/lamps/act', [])).text).toContain('It is dark.')
    expect(done).toEqual([staff])
    const twice = (kind: string) => () =>
      createProvider({
        features: ['a', 'b'].map((named) => ({ name: named, adminResources: [{ ...lamps, kind }] })),
      })
    expect(twice('lamps')).toThrow('both have "admin lamps"')
  })
})
