import type { Problems } from '../operations/input.ts'
import {
  type Action,
  type Column,
  type FieldSpec,
  factColumns,
  type Resource,
} from '../operations/resource.ts'
import { inLanguages, type Messages } from '../ui/messages.ts'
import type { german } from './german/index.ts'

/**
 * A text of the panel in English, which the other languages translate. `{}` stands for a value. A text that ends with ` …`
 * stands for every text that begins with it.
 */
export type PanelText = keyof typeof german

/**
 * The texts of the panel in a language other than English. In a translation `{}` is the next value, `{2}` the second, and
 * `{=}` one that is translated itself.
 */
export type PanelMessages = Readonly<Record<PanelText, string>>

type Texts = Readonly<Record<string, string>>

/** English needs no table: its texts are the keys. */
const panelMessages = inLanguages<Texts>('panel', {})

/** The texts of the panel, in the language of a page. */
export interface Words {
  /** Returns a text of the panel's own pages, with its values. */
  readonly say: (text: PanelText, ...values: readonly (number | string)[]) => string
  /**
   * Translates a text of a row or an answer, which the API and the command line have in English. A text without a
   * translation, such as an embedder's own label, stays as it is.
   */
  readonly translate: (text: string) => string
  /** Formats a number. */
  readonly number: (value: number) => string
}

/** Returns the texts of the panel in the language of a page. */
export function wordsIn(messages: Pick<Messages, 'features' | 'lang'>): Words {
  const texts = panelMessages(messages)
  const numbers = new Intl.NumberFormat(messages.lang)
  const number = (value: number): string => numbers.format(value)
  return {
    say: (text, ...values) =>
      fill(
        texts[text] ?? text,
        values.map((value) => (typeof value === 'number' ? number(value) : value)),
      ),
    number,
    translate: (text) => lookUp(text, texts),
  }
}

function fill(text: string, values: readonly string[], texts: Texts = {}): string {
  let next = 0
  return text.replaceAll(/\{(\d?)(=?)\}/g, (_, index: string, isText: string) => {
    const value = values[index === '' ? next++ : Number(index) - 1] ?? ''
    return isText === '' ? value : lookUp(value, texts)
  })
}

/** Looks up a text exactly, then by pattern, then sentence by sentence; two sentences may be one text. */
function lookUp(text: string, texts: Texts): string {
  const found = find(text, texts)
  if (found !== null) return found
  const sentences = text.split(/(?<=[.:?]) (?=[A-Z])/)
  const said: string[] = []
  for (let next = sentences.shift(); next !== undefined; next = sentences.shift()) {
    const one = find(next, texts)
    const two = one === null && sentences[0] !== undefined ? find(`${next} ${sentences[0]}`, texts) : null
    if (two !== null) sentences.shift()
    said.push(one ?? two ?? next)
  }
  return said.join(' ')
}

function find(text: string, texts: Texts): string | null {
  if (Object.hasOwn(texts, text)) return texts[text] ?? null
  for (const [pattern, translation] of Object.entries(texts)) {
    const values = valuesOf(text, pattern)
    if (values) return fill(translation, values, texts)
  }
  return null
}

/** Returns the values that turn a pattern into a text; null if there are none. */
function valuesOf(text: string, pattern: string): readonly string[] | null {
  const isBeginning = pattern.endsWith(' …')
  const [start = '', ...others] = (isBeginning ? pattern.slice(0, -1) : pattern).split('{}')
  if (!text.startsWith(start) || (others.length === 0 && !isBeginning)) return null
  const parts = [start, ...others].map((part) => part.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`))
  return new RegExp(`^${parts.join('(.+?)')}${isBeginning ? '' : '$'}`, 's').exec(text)?.slice(1) ?? null
}

/** Returns the problems of a form, in the language of the page. */
export function problemsIn(problems: Problems, { translate }: Words): Problems {
  return Object.fromEntries(Object.entries(problems).map(([name, text]) => [name, translate(text)]))
}

/** Returns a resource with texts in the language of the page; `singular` is part of texts, and stays. */
export function resourceIn(resource: Resource, { translate }: Words): Resource {
  const labelled = <T extends { readonly label: string }>(row: T): T => ({
    ...row,
    label: translate(row.label),
  })
  const field = ({ choices, hint, unset, ...spec }: FieldSpec): FieldSpec => ({
    ...labelled(spec),
    ...(hint !== undefined && { hint: translate(hint) }),
    ...(unset !== undefined && { unset: translate(unset) }),
    ...(choices && { choices: choices.map(([value, text]) => [value, translate(text)] as const) }),
  })
  const action = ({ asks, ...spec }: Action): Action => ({
    ...labelled(spec),
    question: translate(spec.question),
    asks: (what) => translate(asks?.(what) ?? `${spec.label} ${what}?`),
    ...(spec.fields && { fields: spec.fields.map(field) }),
  })
  const { fields, kinds } = resource
  return {
    ...resource,
    title: translate(resource.title),
    intro: translate(resource.intro),
    columns: resource.columns.map((column) => labelled(column)),
    facts: (known): readonly Column[] => factColumns(resource, known).map((column) => labelled(column)),
    filters: resource.filters.map(({ choices, ...filter }) => ({
      ...labelled(filter),
      ...(choices && { choices: choices.map(([value, text]) => [value, translate(text)] as const) }),
    })),
    actions: resource.actions.map(action),
    ...(fields && { fields: (...known) => fields(...known).map(field) }),
    ...(kinds && { kinds: kinds.map((kind) => ({ ...labelled(kind), hint: translate(kind.hint) })) }),
  }
}
