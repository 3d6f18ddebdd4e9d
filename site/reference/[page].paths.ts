import { readFileSync } from 'node:fs'
import { REFERENCE_FILE } from '../../scripts/site/addresses.ts'
import { parseDocument, referencePages } from '../../scripts/site/reference.ts'

/** The pages of the reference, from the document that the provider has just returned. */
export default {
  paths: () =>
    referencePages(parseDocument(readFileSync(REFERENCE_FILE, 'utf8'))).map(({ markdown, name }) => ({
      params: { page: name },
      content: markdown,
    })),
}
