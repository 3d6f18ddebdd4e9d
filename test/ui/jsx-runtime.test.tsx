import { Hono } from 'hono'
import { html } from 'hono/html'
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

  it('makes elements that are escaped in the attributes of Hono’s, by whichever way they come there', async () => {
    const element = ours('b', { title: '" onload="alert(1)', children: NASTY })
    const late = Promise.resolve(element)
    const Titled = ({ title }: { readonly title?: unknown }): JSX.Element =>
      theirs('i', { title }) as unknown as JSX.Element
    const pages = [
      theirs('p', { title: element }, 'text'),
      theirs('p', { title: late }, 'text'),
      theirs('input', { value: element }),
      theirs('p', {}, theirs('i', { title: element })),
      theirs(Titled, { title: element }),
      theirs('p', { title: ours('br', {}) }),
      theirs('p', { title: Fragment({ children: NASTY }) }),
    ]
    for (const page of pages) {
      const text = await page.toString()
      const [, value = ''] = /(?:title|value)="([^"]*)"/.exec(text) ?? []
      expect(value).toMatch(/^&lt;|^&amp;lt;/)
      expect(text.replace(value, '')).toMatch(/^(?:<p>)?<\w+ \w+=""(?:\/>|>(?:text)?<\/\w+>)(?:<\/p>)?$/)
    }
  })

  it('makes elements that Hono’s own helpers take as they are', async () => {
    const escaped = await theirText('b', {}, NASTY)
    const element = ours('b', { children: NASTY })
    expect(String(await html`<p>${element}</p>`)).toBe(`<p>${escaped}</p>`)
    expect(String(await html`<p>${Promise.resolve(element)}</p>`)).toBe(`<p>${escaped}</p>`)
    const answer = await new Hono().get('/', (c) => c.html(element)).request('/')
    expect(await answer.text()).toBe(escaped)
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
