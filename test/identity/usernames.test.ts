import { describe, expect, it } from 'vitest'
import { looksOfficial, usernameSkeleton } from '../../src/identity/skeleton.ts'
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
    ['a soft hyphen', 'ad\u00admin'],
    ['a zero-width space', 'ad\u200bmin'],
    ['a zero-width joiner', 'ad\u200dmin'],
    ['a word joiner', 'admin\u2060'],
    ['a Hangul filler', '\u3164'],
    ['a variation selector', 'a\ufe0f'],
    ['a tag', 'a\u{e0061}'],
    ['the blank of Braille', 'a\u2800'],
    ['a mark of direction', 'a\u061c'],
    ['an isolate', '\u2066a'],
    ['a code point that is not assigned', 'a\u0378'],
    ['a private code point', 'a\ue000'],
    ['a mark at its beginning', '\u0301a'],
  ])('refuses a name that is or holds %s', (_what, name) => {
    expect(() => checkUsername(name)).toThrow('1 to 150 characters')
  })
})

describe('letters that cannot be seen', () => {
  function isTaken(name: string): boolean {
    try {
      return checkUsername(name) === name
    } catch {
      return false
    }
  }

  it.each([
    ['control characters', /\p{Cc}/u],
    ['format characters', /\p{Cf}/u],
    ['halves of characters', /\p{Cs}/u],
    ['ignored by default', /\p{Default_Ignorable_Code_Point}/u],
    ['controls of direction', /\p{Bidi_Control}/u],
    ['separators of lines or paragraphs', /[\p{Zl}\p{Zp}]/u],
    ['private, in every 97th place', /\p{Co}/u, 97],
    ['not assigned, in every 97th place', /\p{Cn}/u, 97],
  ])('are refused inside of a name, all that are %s', (_kind, property, step = 1) => {
    const found = Array.from({ length: 0x110000 / step }, (_, at) => String.fromCodePoint(at * step))
    const unseen = found.filter((char) => property.test(char))
    expect(unseen.length).toBeGreaterThan(1)
    const taken = unseen
      .filter((char) => isTaken(`a${char}b`))
      .map((char) => char.codePointAt(0)?.toString(16))
    expect(taken.slice(0, 9)).toEqual([])
  })
})

describe('names that are not for everybody', () => {
  it.each(['cli', 'CLI', ' system ', 'Cron', 'ａｎｏｎｙｍｏｕｓ', 'unknown'])(
    'refuses the reserved name %j',
    (name) => {
      expect(() => checkUsername(name)).toThrow('This username is reserved.')
    },
  )

  it('knows those that speak for the site, which staff alone give', () => {
    expect(checkUsername('admin')).toBe('admin')
    expect(['admin', 'Support', 'CLI', '\u0430dmin', 'r\u043eot'].map(looksOfficial)).not.toContain(false)
    expect(looksOfficial('adminton')).toBe(false)
  })
})

describe('usernameSkeleton', () => {
  it.each([
    ['a Cyrillic letter', '\u0430lice', 'alice'],
    ['names all in another script', '\u0455\u0441\u043e\u0440\u0435', 'scope'],
    ['a capital I for a small l', 'aIice', 'alice'],
    ['a digit', 'b0b', 'bob'],
    ['two letters for one', 'rnodern', 'modern'],
    ['Cherokee letters', '\u13aa\u13aa', 'AA'],
    ['letters of Lisu', '\ua4e2\ua4f3', 'SO'],
    ['Greek and Latin capitals', '\u0391\u0392', 'AB'],
    ['a letter with a stroke and one with a mark', '\u0111an', 'd\u0335an'],
    ['an exclamation mark and a click', '\u01c3ui', '!ui'],
    ['a stroke in ASCII', 'a|ice', 'alice'],
    ['how many spaces are in it', 'a  b', 'a b'],
    ['what is one name anyway', 'STRASSE', 'straße'],
  ])('does not tell names apart by %s', (_what, one, other) => {
    expect(usernameSkeleton(one)).toBe(usernameSkeleton(other))
  })

  it.each([
    ['Cyrillic', 'асԁеһіјӏорԛгѕуԝх', 'acdehijlopqrsywx'],
    ['Greek', 'αγινορσ', 'ayivopo'],
    ['Greek capitals', 'ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ', 'ABEZHIKMNOPTYX'],
    ['Armenian', 'ցհոօսզ', 'ghnouq'],
    ['Cherokee', 'ᎪᏴᏟᎠᎬᎻᎫᏞᎷᏢᏒᏚᎢᏙᎳᏃ', 'ABCDEHJLMPRSTVWZ'],
    ['Lisu', 'ꓮꓐꓚꓓꓰꓝꓖꓧꓙꓗꓡꓟꓠꓳꓑꓣꓢꓔꓴꓦꓪꓫꓬꓜ', 'ABCDEFGHJKLMNOPRSTUVWXYZ'],
    ['mathematical letters', '𝒶𝖇𝚌𝕕𝓮𝗳𝘨𝙝', 'abcdefgh'],
    ['letters in circles', 'ⓐⓩ', 'az'],
  ])('does not tell letters apart that %s shares with Latin', (_script, letters, latin) => {
    const pairs = Array.from(letters, (letter, at) => [letter, usernameSkeleton(letter), latin[at] ?? ''])
    expect(pairs).toHaveLength(latin.length)
    expect(pairs.filter(([, found, letter = '']) => found !== usernameSkeleton(letter))).toEqual([])
  })

  it('tells apart what looks different', () => {
    const names = ['anna', 'annä', 'ali', 'all', 'tim', '山田', '山口', 'a b', 'ab', 'ñ', 'n', 'Дима']
    expect(new Set(names.map(usernameSkeleton)).size).toBe(names.length)
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
