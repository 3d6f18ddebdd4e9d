import * as v from 'valibot'

const stringList = v.pipe(v.string(), v.parseJson(), v.array(v.string()))

/** The texts of a column that holds a JSON array of texts. */
export function parseStringList(json: string): string[] {
  return v.parse(stringList, json)
}
