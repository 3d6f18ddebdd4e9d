import type { JSX } from 'hono/jsx/jsx-runtime'
import { escapeToBuffer, type HtmlEscapedString } from 'hono/utils/html'

// What the compiler makes of our JSX: text at once, in a tenth of the code of Hono's own runtime, which also renders in browsers and
// in streams. Elements of either may stand in those of the other, so that pages of an app's own are written with Hono's.

export type { JSX } from 'hono/jsx/jsx-runtime'

/** Elements that have no content, and no end (HTML 13.1.2). */
const VOID = new Set('area base br col embed hr img input link meta source track wbr'.split(' '))
/** Attributes that say true or false by a word; others do so by being there. */
const SAYS = /-|^(?:contenteditable|draggable|spellcheck|translate)$/

/**
 * Makes the text of an element, in which everything is escaped but what `raw` or an element has made.
 * @param tag a component, or the name of an element: one of ours, never a stranger's
 */
export function jsx(
  tag: string | ((props: Readonly<Record<string, unknown>>) => JSX.Element),
  props: Readonly<Record<string, unknown>>,
): JSX.Element {
  if (typeof tag === 'function') return tag(props)
  const { children, ...attributes } = props
  const start = `<${tag}${Object.entries(attributes).map(textOfAttribute).join('')}`
  if (VOID.has(tag)) return markup(`${start}/>`)
  return around(`${start}>`, textOf(children), `</${tag}>`)
}

export { jsx as jsxDEV, jsx as jsxs }

/** Elements beside each other. */
export function Fragment({ children }: { readonly children?: unknown }): JSX.Element {
  return around('', textOf(children), '')
}

function around(before: string, content: string | Promise<string>, after: string): JSX.Element {
  return typeof content === 'string'
    ? markup(before + content + after)
    : content.then((text) => markup(before + text + after))
}

/**
 * Marks text as escaped for the content of an element. It is no `String` as `raw` makes it: Hono's JSX would write that into
 * an attribute as it is, where the quotes of an element end the attribute.
 */
function markup(text: string): HtmlEscapedString {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Hono's types have no other name for what is escaped
  return { isEscaped: true, toString: () => text } as unknown as HtmlEscapedString
}

function textOf(child: unknown): string | Promise<string> {
  if (child === null || child === undefined || typeof child === 'boolean') return ''
  if (child instanceof Promise) return child.then(textOf)
  if (Array.isArray(child)) {
    const parts = child.map(textOf)
    if (parts.every((part) => typeof part === 'string')) return parts.join('')
    return Promise.all(parts.map(async (part) => part)).then((texts) => texts.join(''))
  }
  // oxlint-disable-next-line typescript/no-base-to-string -- an element says what it is, one of Hono's maybe later
  return isEscaped(child) ? child.toString() : escape(child)
}

function textOfAttribute([name, value]: readonly [string, unknown]): string {
  if (value === null || value === undefined) return ''
  if (typeof value !== 'boolean' || SAYS.test(name)) return ` ${name}="${escape(value)}"`
  return value ? ` ${name}=""` : ''
}

/** Returns whether this is an element, or what `raw` has made. */
function isEscaped(child: unknown): child is { toString(): string | Promise<string> } {
  return typeof child === 'object' && child !== null && 'isEscaped' in child
}

/** @throws {TypeError} the value is nothing that a page can show */
function escape(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value !== 'string')
    throw new TypeError(`A page cannot show a value of the type ${typeof value}.`)
  const buffer = ['']
  escapeToBuffer(value, buffer)
  return buffer.join('')
}
