import { describe, expect, it } from 'vitest'
import { readJsonObjects } from '../../src/django/json-objects.ts'
import { InvalidInputError } from '../../src/errors.ts'

/** A file that comes in chunks of some bytes. */
async function* chunks(text: string | Uint8Array, size = 3): AsyncGenerator<Uint8Array> {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function read(text: string | Uint8Array, size?: number): Promise<unknown[]> {
  const values: unknown[] = []
  for await (const { value } of readJsonObjects(chunks(text, size))) values.push(value)
  return values
}

describe('the reader of long lists', () => {
  const list = [{ a: 'quote " brace } back\\slash \\" ünï 😀' }, { b: [{ c: ['[', '{'] }, []] }, {}]

  it.each([1, 2, 3, 7, 1000])('reads objects out of chunks of %i bytes', async (size) => {
    expect(await read(JSON.stringify(list), size)).toEqual(list)
    expect(await read(`\r\n${JSON.stringify(list, null, 2)}\n`, size)).toEqual(list)
  })

  it('reads lines with an object each, a byte order mark, and an empty list', async () => {
    expect(await read(list.map((entry) => `${JSON.stringify(entry)}\n`).join(''))).toEqual(list)
    expect(await read(`\ufeff${JSON.stringify(list)}`, 1000)).toEqual(list)
    expect(await read('[]')).toEqual([])
  })

  it('keeps no more than one object, whatever comes behind it', async () => {
    let given = 0
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield new TextEncoder().encode('[')
      for (;;) {
        given++
        yield new TextEncoder().encode('{"a":1},')
      }
    }
    for await (const { value } of readJsonObjects(endless())) {
      expect(value).toEqual({ a: 1 })
      if (given === 1000) break
    }
    expect(given).toBe(1000)
  })

  it.each([
    ['', 'is empty'],
    ['   ', 'is empty'],
    ['[{"a":1}', 'ends after 1 objects, in the middle, at byte 8'],
    ['[{"a":"x', 'ends after 0 objects, in the middle, at byte 8'],
    ['[{"a":1}]{}', 'continues after its list, at byte 9'],
    ['[{"a":1}],', 'has an unexpected "," at byte 9'],
    ['[1]', 'has an unexpected "1" at byte 1'],
    ['Loading …\n[]', 'has an unexpected "L" at byte 0'],
    ['[{"a":1},{"a":}]', 'has an object that is not JSON, number 2, before byte 15'],
    ['[{"a":[}]', 'has an object that is not JSON, number 1'],
    ['[{"a":1]', 'has an object that is not JSON, number 1'],
  ])('says what is wrong with %j', async (text, problem) => {
    const error: unknown = await read(text).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(InvalidInputError)
    expect(JSON.stringify(error instanceof InvalidInputError && error.problems)).toContain(
      JSON.stringify(problem).slice(1, -1),
    )
  })

  it('says that UTF-16 is not UTF-8', async () => {
    await expect(read(new Uint8Array([0xff, 0xfe, 0x5b, 0]), 4)).rejects.toMatchObject({
      problems: [{ message: expect.stringContaining('UTF-16') as unknown }],
    })
    await expect(read(new Uint8Array([0x5b, 0x7b, 0x22, 0xff, 0x22, 0x7d]), 10)).rejects.toThrow(
      InvalidInputError,
    )
  })
})
