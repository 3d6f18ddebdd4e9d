import { describe, expect, it } from 'vitest'
import { checkNewPassword, passwordProblem } from '../../src/identity/password-policy.ts'

describe('passwordProblem', () => {
  it.each([
    ['seven characters', 'aB3$xyz', 'tooShort'],
    ['seven that UTF-16 counts as fourteen', '😀'.repeat(7), 'tooShort'],
    ['more bytes than are hashed', 'ü'.repeat(513), 'tooLong'],
    ['a NUL', 'a good one\0', 'notText'],
    ['what everybody guesses', 'Password123', 'tooCommon'],
    ['one letter again and again', 'zzzzzzzzzzzz', 'tooCommon'],
    ['the username', 'xx-Carol-xx', 'holdsName'],
    ['the username in other letters', 'xxＣＡＲＯＬxx', 'holdsName'],
  ])('refuses %s', (_what, password, problem) => {
    expect(passwordProblem(password, 'carol')).toBe(problem)
    expect(() => checkNewPassword(password, 'carol')).toThrow(/\.$/)
  })

  it('refuses what stands before the @ of a username that is an address', () => {
    expect(passwordProblem('ada.lovelace-1843', 'Ada.Lovelace@example.org')).toBe('holdsName')
  })

  it('takes a short name inside a word, but not as the whole', () => {
    expect(passwordProblem('a banana boat', 'a')).toBeNull()
    expect(passwordProblem('abababab', 'ab')).toBe('holdsName')
  })

  it('takes what is long and says nothing', () => {
    for (const password of ['many unrelated words', '😀🎉🚀🌍🍎🐢🎈🧩', 'üö'.repeat(256)]) {
      expect(passwordProblem(password, 'carol')).toBeNull()
      expect(() => checkNewPassword(password, 'carol')).not.toThrow()
    }
  })
})
