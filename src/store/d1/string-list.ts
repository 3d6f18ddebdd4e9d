import * as v from 'valibot'

const stringList = v.pipe(v.string(), v.parseJson(), v.array(v.string()))

/** Returns the strings of a column that contains a JSON array of strings. */
export function parseStringList(json: string): string[] {
  return v.parse(stringList, json)
}
