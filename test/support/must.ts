import { it } from 'vitest'

/**
 * A test that shows what a document demands: a row of the conformance table.
 * @param document the document, as `RFC 6749`
 * @param section its section, as `5.2`
 * @param title what must happen, as a sentence without its subject: `refuses a wrong secret`
 */
export function must(document: string, section: string, title: string, test: () => Promise<void>): void {
  // oxlint-disable-next-line vitest/expect-expect -- the caller's test has them
  it(`${document} ${section}: ${title}`, test)
}

/**
 * A test of one numbered attack. An attack that a document speaks of is titled with both: `must(…, 'threat 73: …')`.
 * @param number the attack's number
 * @param title what must happen
 */
export function threat(number: number, title: string, test: () => Promise<void>, timeout?: number): void {
  // oxlint-disable-next-line vitest/expect-expect -- the caller's test has them
  it(`threat ${number}: ${title}`, test, timeout)
}
