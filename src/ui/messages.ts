import { german } from './messages-de.ts'
import { english } from './messages-en.ts'

/** Every text of every page. Another language is an object of this type, so a missing text does not compile. */
export type Messages = typeof english

/** Why a page says no. */
export type Problem = keyof Messages['problems']

/** The languages there are; the first is the one for everybody else. */
export const LANGUAGES: readonly Messages[] = [english, german]

/**
 * The texts in the language that a browser asks for.
 * @param acceptLanguage the header `Accept-Language` (RFC 9110 12.5.4); null if there is none
 */
export function messagesFor(acceptLanguage: string | null): Messages {
  for (const { tag } of parseLanguages(acceptLanguage ?? '')) {
    if (tag === '*') return english
    const found = LANGUAGES.find(({ lang }) => tag === lang || tag.startsWith(`${lang}-`))
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
