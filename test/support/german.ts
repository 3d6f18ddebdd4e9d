import { wordsIn } from '../../src/admin/words.ts'
import type { Messages } from '../../src/ui/messages.ts'
import { english, FEATURE_TEXTS, germanMessages } from './languages.ts'

const { translate } = wordsIn(germanMessages)

/** Stands for a value of a text. */
const VALUE = '\u0001'

/** Texts of a tree, by their paths. */
function leavesOf(tree: object, path = ''): readonly (readonly [path: string, text: string])[] {
  return Object.entries(tree).flatMap(([name, value]: [string, unknown]) => {
    // A text whose values are more than words is looked at by its own tests.
    const isText = typeof value === 'function' && name !== 'otherDomain' && name !== 'askHint'
    const said: unknown = isText ? Reflect.apply(value, null, [VALUE, VALUE, VALUE, VALUE]) : value
    if (typeof said === 'string') return [[`${path}.${name}`, said] as const]
    return typeof said === 'object' && said !== null ? leavesOf(said, `${path}.${name}`) : []
  })
}

/** English texts of the pages that are others in German. */
const patterns: readonly RegExp[] = [
  ...Object.values(FEATURE_TEXTS),
  ({ features: _features, lang: _lang, name: _name, ...pages }: Messages): object => pages,
].flatMap((messages) => {
  const translated = new Map(leavesOf(messages(germanMessages)))
  return leavesOf(messages(english))
    .filter(([path, text]) => translated.get(path) !== text && text.replaceAll(VALUE, '').trim().length > 2)
    .map(([, text]) => {
      const parts = text.split(VALUE).map((part) => part.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`))
      return new RegExp(`^${parts.join('.+')}$`, 's')
    })
})

/** What people read or hear of a page, but for code and what is marked as English. */
export function textsOf(html: string): readonly string[] {
  const shown = html
    .replaceAll(/<(pre|code)\b[^>]*>.*?<\/\1>/gs, '<>')
    .replaceAll(/<(?!html)(\w+)\b[^>]*\blang="en"[^>]*>.*?<\/\1>/gs, '<>')
  const heard = [...shown.matchAll(/ (?:aria-label|title|data-label|placeholder)="([^"]*)"/g)].map(
    ([, text = '']) => text,
  )
  return [...shown.split(/<[^>]*>/), ...heard]
    .map((text) => text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&').trim())
    .filter((text) => text !== '')
}

/** Texts of a page that are English, though there is German for them. */
export function englishOf(html: string): readonly string[] {
  return textsOf(html).filter(
    (text) => patterns.some((pattern) => pattern.test(text)) || translate(text) !== text,
  )
}
