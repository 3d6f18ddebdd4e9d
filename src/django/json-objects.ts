import { concat } from '../crypto/bytes.ts'
import { InvalidInputError } from '../errors.ts'

/** One object of a file. */
export interface JsonObject {
  readonly value: Readonly<Record<string, unknown>>
  /** Bytes of the file that have been read so far. */
  readonly offset: number
}

/** The most bytes of one object, so that a file with an unclosed brace does not fill the memory. */
const MAX_BYTES = 16 * 2 ** 20

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c]
const [OPEN_LIST, CLOSE_LIST, OPEN, CLOSE] = [0x5b, 0x5d, 0x7b, 0x7d]
const SPACES = new Set([0x09, 0x0a, 0x0d, 0x20])
const BOM = [0xef, 0xbb, 0xbf]

/** The reader's position within an object. */
interface Position {
  depth: number
  inString: boolean
  escaped: boolean
}

/** The reader's position in the file: at the start, in its list, after the list, or in a file of bare objects. */
type State = 'start' | 'list' | 'end' | 'lines'

/**
 * Reads the objects of a JSON array, or of lines with an object each, one by one; only one of them is in memory at a time,
 * however long the file is.
 * @throws {InvalidInputError} it is not such a file; names the byte
 */
export async function* readJsonObjects(source: AsyncIterable<Uint8Array>): AsyncGenerator<JsonObject> {
  const position: Position = { depth: 0, inString: false, escaped: false }
  let state: State = 'start'
  let [offset, count] = [0, 0]
  let parts: Uint8Array[] = []
  for await (const chunk of source) {
    if (offset === 0 && (chunk[0] === 0xff || chunk[0] === 0xfe)) {
      throw broken('is UTF-16 instead of UTF-8, as PowerShell writes it: use --output of dumpdata')
    }
    let at = offset === 0 && BOM.every((byte, index) => chunk[index] === byte) ? BOM.length : 0
    while (at < chunk.length) {
      if (position.depth === 0) {
        const byte = chunk[at] ?? 0
        if (byte !== OPEN) {
          state = between(byte, state, offset + at)
          at++
          continue
        }
        if (state === 'end') throw broken(`continues after its list, at byte ${offset + at}`)
        if (state === 'start') state = 'lines'
      }
      const end = findEnd(chunk, at, position)
      parts.push(chunk.subarray(at, end))
      if (position.depth === 0) {
        yield { value: parse(parts, ++count, offset + end), offset: offset + end }
        parts = []
      } else if (parts.reduce((sum, { length }) => sum + length, 0) > MAX_BYTES) {
        throw broken(`has an object of more than ${MAX_BYTES} bytes, number ${count + 1}`)
      }
      at = end
    }
    offset += chunk.length
  }
  if (position.depth > 0 || state === 'list')
    throw broken(`ends after ${count} objects, in the middle, at byte ${offset}`)
  if (state === 'start') throw broken('is empty')
}

/** Returns the state after a byte between two objects. */
function between(byte: number, state: State, offset: number): State {
  if (SPACES.has(byte) || (byte === COMMA && state === 'list')) return state
  if (byte === OPEN_LIST && state === 'start') return 'list'
  if (byte === CLOSE_LIST && state === 'list') return 'end'
  throw broken(`has an unexpected ${JSON.stringify(String.fromCharCode(byte))} at byte ${offset}`)
}

/** Returns the end of the current object, or that of the chunk if the object continues in the next one. */
function findEnd(chunk: Uint8Array, start: number, position: Position): number {
  for (let at = start; at < chunk.length; at++) {
    const byte = chunk[at]
    if (position.inString) {
      if (position.escaped) position.escaped = false
      else if (byte === BACKSLASH) position.escaped = true
      else if (byte === QUOTE) position.inString = false
    } else if (byte === QUOTE) position.inString = true
    else if (byte === OPEN || byte === OPEN_LIST) position.depth++
    else if ((byte === CLOSE || byte === CLOSE_LIST) && --position.depth === 0) return at + 1
  }
  return chunk.length
}

function parse(parts: readonly Uint8Array[], count: number, end: number): JsonObject['value'] {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what begins with a brace and parses is an object
    return JSON.parse(
      new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(concat(...parts)),
    ) as JsonObject['value']
  } catch {
    throw broken(`has an object that is not JSON, number ${count}, before byte ${end}`)
  }
}

function broken(what: string): InvalidInputError {
  return new InvalidInputError('file', `The file ${what}.`)
}
