import { describe, expect, it } from 'vitest'
import { checkEmail, checkUsername, usernameKey } from '../../src/identity/usernames.ts'

describe('usernameKey', () => {
  it.each([
    ['case', 'Demo', 'demo'],
    ['spaces around it', '  demo\t', 'demo'],
    ['full-width letters', 'ｄｅｍｏ', 'demo'],
    ['ligatures', 'ﬁnn', 'finn'],
    ['sharp s', 'STRASSE', 'straße'],
    ['final sigma', 'ΟΔΥΣΣΕΥΣ', 'Οδυσσευς'],
    ['composition', 'Jose\u0301', 'jos\u00e9'],
    ['a no-break space at its end', 'demo\u00a0', 'demo'],
  ])('does not tell names apart by %s', (_what, one, other) => {
    expect(usernameKey(one)).toBe(usernameKey(other))
  })

  it('tells other names apart', () => {
    expect(usernameKey('anna')).not.toBe(usernameKey('annä'))
    expect(usernameKey('a b')).not.toBe(usernameKey('ab'))
  })

  it('changes nothing the second time', () => {
    for (const name of ['Straße', 'ΌΣΟΣ', 'İstanbul', '\u1e9e', '\u00a8x']) {
      expect(usernameKey(usernameKey(name))).toBe(usernameKey(name))
    }
  })
})

describe('checkUsername', () => {
  it('takes names of all kinds, without the spaces around them', () => {
    for (const name of ['demo', 'ada.lovelace@example.org', '山田 太郎', 'a'.repeat(150), '😀'.repeat(150)]) {
      expect(checkUsername(` ${name} `)).toBe(name)
    }
  })

  it.each([
    ['empty', ''],
    ['only spaces', ' \u3000\u00a0'],
    ['151 characters', 'a'.repeat(151)],
    ['a line break', 'a\nb'],
    ['a null', 'a\0b'],
    ['a direction override', 'nimda\u202e'],
    ['half a character', 'a\ud800'],
  ])('refuses a name that is or holds %s', (_what, name) => {
    expect(() => checkUsername(name)).toThrow('1 to 150 characters')
  })
})

describe('checkEmail', () => {
  it('takes addresses', () => {
    expect(checkEmail(' Ada@Example.org ')).toBe('Ada@Example.org')
  })

  it.each(['', 'ada', '@example.org', 'ada@', 'a@b@c', 'a b@c', `${'a'.repeat(250)}@b.org`])(
    'refuses %j',
    (email) => {
      expect(() => checkEmail(email)).toThrow('name@host')
    },
  )
})
