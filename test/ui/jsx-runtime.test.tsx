import { jsx as theirs } from 'hono/jsx'
import type { JSX } from 'hono/jsx/jsx-runtime'
import { raw } from 'hono/utils/html'
import { describe, expect, it } from 'vitest'
import { Fragment, jsx as ours } from '../../src/ui/jsx-runtime.ts'
import { renderPage } from '../../src/ui/layout.tsx'

const NASTY = `</p><script>alert("it's" & 'that')</script>`

/** Text as Hono's own runtime makes it of the same element. */
async function theirText(
  tag: string,
  props: Record<string, unknown>,
  ...children: string[]
): Promise<string> {
  return theirs(tag, { ...props }, ...children).toString()
}

describe('A page of Hono’s JSX', () => {
  it('is awaited, with what in it takes its time', async () => {
    const late = theirs(async () => Promise.resolve(theirs('i', {}, 'late')), {})
    const page: unknown = theirs('p', {}, late)
    expect(await renderPage(page as JSX.Element)).toBe('<!doctype html><p><i>late</i></p>')
  })
})

describe('Our JSX runtime', () => {
  it('escapes texts and attributes as Hono’s does', async () => {
    const props = { class: NASTY, 'data-label': NASTY, title: '', lang: undefined, height: 32 }
    const text = String(await ours('p', { ...props, children: NASTY }))
    expect(text).toBe(await theirText('p', props, NASTY))
    expect(text).not.toContain('<script>')
  })

  it.each([
    ['input', { required: true, disabled: false, checked: undefined, value: 0, 'aria-invalid': true }],
    ['input', { spellcheck: false, autofocus: true, 'aria-invalid': false, name: null }],
    ['br', {}],
    ['details', { open: true }],
    ['path', { d: 'M0 0', preserveAspectRatio: 'none' }],
  ])('writes the attributes of <%s> as Hono’s does: %j', async (tag, props) => {
    expect(String(await ours(tag, props))).toBe(await theirText(tag, props))
  })

  it('leaves out what is nothing, and keeps zero and what was escaped before', async () => {
    const element = (
      <p>
        {null}
        {undefined}
        {true}
        {false}
        {''}
        {0}
        {[<b>1</b>, [raw('&amp;'), '&']]}
      </p>
    )
    expect(String(await element)).toBe('<p>0<b>1</b>&amp;&amp;</p>')
  })

  it('refuses what is no text', () => {
    expect(() => ours('p', { children: {} })).toThrow('A page cannot show a value of the type object.')
    expect(() => ours('p', { title: {} })).toThrow('A page cannot show a value of the type object.')
  })

  it('waits for components that take their time, wherever they stand', async () => {
    const Late = async ({ name }: { readonly name: string }): Promise<JSX.Element> => {
      await Promise.resolve()
      return <i>{name}</i>
    }
    const element = (
      <>
        <ul>
          {['<', '>'].map((name) => (
            <li>
              <Late name={name} />
            </li>
          ))}
        </ul>
        {Promise.resolve('&')}
      </>
    )
    expect(String(await element)).toBe('<ul><li><i>&lt;</i></li><li><i>&gt;</i></li></ul>&amp;')
  })

  it('takes elements of Hono’s, and gives Hono’s its own', async () => {
    const inner = theirs('b', {}, NASTY)
    const escaped = await theirText('b', {}, NASTY)
    expect(String(await ours('p', { children: inner }))).toBe(`<p>${escaped}</p>`)
    const late = theirs(async () => Promise.resolve(theirs('b', {}, NASTY)), {})
    expect(String(await ours('p', { children: [late, '&'] }))).toBe(`<p>${escaped}&amp;</p>`)

    const Own = ({ children }: { readonly children?: unknown }): JSX.Element =>
      ours('p', { children: [children, '&'] })
    expect(await theirText('div', {}, Own({ children: inner }) as string)).toBe(
      `<div><p>${escaped}&amp;</p></div>`,
    )
    expect(await theirs(Own as never, {}, inner).toString()).toBe(`<p>${escaped}&amp;</p>`)
    expect(String(await Fragment({ children: ['<', inner] }))).toBe(`&lt;${escaped}`)
  })
})
