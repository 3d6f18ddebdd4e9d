import type { Provider } from '../concepts.ts'
import { english } from './messages-en.ts'

/** What every page works with: its texts in one language. */
export interface Messages extends Readonly<typeof english> {
  /** Texts of features by their names, which `inLanguages` reads; English stands for those that are missing. */
  readonly features?: Readonly<Record<string, unknown>>
}

/** Every text of every page. Another language has an object of this type, so a missing text does not compile. */
export type PageMessages = Omit<Messages, 'features' | 'lang' | 'name'>

/** Why a page says no. */
export type Problem = keyof Messages['problems']

/** The languages that a provider speaks; the first is the one for everybody else. */
export function languagesOf({ languages }: Pick<Provider, 'languages'>): readonly Messages[] {
  return [english, ...languages]
}

/**
 * The texts in the language that a browser asks for: of several that fit, in the one that says most of what is asked (RFC 4647 3.4).
 * @param acceptLanguage as the header `Accept-Language` has it (RFC 9110 12.5.4)
 */
export function messagesFor(acceptLanguage: string, provider: Pick<Provider, 'languages'>): Messages {
  for (const { tag } of parseLanguages(acceptLanguage)) {
    if (tag === '*') return english
    const [found] = languagesOf(provider)
      .filter(({ lang }) => `${tag}-`.startsWith(`${lang.toLowerCase()}-`))
      .toSorted((a, b) => b.lang.length - a.lang.length)
    if (found) return found
  }
  return english
}

/** Language ranges by falling weight; those with weight 0, or none that is a number, are left out. */
function parseLanguages(header: string): { readonly tag: string; readonly weight: number }[] {
  return header
    .slice(0, 1000)
    .split(',')
    .map((range) => {
      const [tag = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
      const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1'
      return { tag, weight: /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(weight) ? Number(weight) : 0 }
    })
    .filter(({ tag, weight }) => tag !== '' && weight > 0)
    .toSorted((a, b) => b.weight - a.weight)
}

/**
 * Creates the function that chooses a feature's own texts, so that no other feature's bundle has them.
 * @param name of the member of `Language` that has them
 * @returns of a page's texts, those of the feature in the same language
 */
export function inLanguages<T>(name: string, ofEnglish: T): (page: Pick<Messages, 'features'>) => T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the type of Language ties these texts to this name
  return ({ features }) => (features?.[name] as T | undefined) ?? ofEnglish
}
