import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { german as germanPanel } from '../../src/admin/german/index.ts'
import { wordsIn } from '../../src/admin/words.ts'
import { clientDoctor } from '../../src/client-doctor/records.ts'
import { deviceGrant } from '../../src/device/grant.ts'
import { jwtBearer } from '../../src/identity-assertions/grant.ts'
import { issuerRecords } from '../../src/identity-assertions/records.ts'
import { invitationRecords } from '../../src/invitations/records.ts'
import type { Resource } from '../../src/operations/resource.ts'
import { resources } from '../../src/operations/resources/index.ts'
import { signingKeys } from '../../src/operations/resources/signing-keys.ts'
import { german } from '../../src/provider/german.ts'
import { keepResources } from '../../src/resources/known-resources.ts'
import { resourceRecords } from '../../src/resources/records.ts'
import { keepProviders } from '../../src/sign-in-providers/known-providers.ts'
import { signInProviderRecords } from '../../src/sign-in-providers/records.ts'
import { AUDIT_TYPES } from '../../src/store/audit-types.ts'
import { tokenExchange } from '../../src/token-exchange/index.ts'
import { FEATURE_TEXTS, germanMessages } from '../support/languages.ts'
import { bareTextsOf, keysOf, panelFiles, textsOf } from './panel-texts.ts'

const { translate } = wordsIn(germanMessages)
const keys = Object.keys(germanPanel)

/** Texts that are made of others, and what people never see. */
const OTHERS = new Set([
  'New {}',
  'this {}',
  '{} {}',
  '{} ({}): {}',
  '{} {}?',
  '{}: {}',
  '{},{}',
  'undefined, client.None()',
  // The rule that refused, as the client was told.
  '{}: {} refused it by {}. {}',
  'request {} broke off:',
  'username taken',
  'email taken',
  'curl {}/token',
  'rehash {}',
  'Cloudflare',
  'client doctor',
  'openid email profile',
])

const none = (): never => {
  throw new Error('Nothing is stored here.')
}
const lists: readonly Resource[] = [
  ...Object.values(resources),
  signingKeys,
  clientDoctor,
  issuerRecords(none),
  invitationRecords(none),
  resourceRecords(keepResources(none)),
  signInProviderRecords(keepProviders(none)),
]

/** What pages make of a list's names. */
function namesOf({ actions, create, id, kind, name, singular }: Resource): readonly string[] {
  const bulk = actions.some((action) => action.bulk)
  return [
    ...(create ? [`New ${singular}`] : []),
    ...(name === id ? [`${singular.charAt(0).toUpperCase()}${singular.slice(1)}`] : []),
    ...(name === id && bulk && kind !== 'scopes' ? [`this ${singular}`] : []),
    ...(bulk ? [`{} ${kind.replaceAll('-', ' ')}`] : []),
  ]
}

const made = [
  ...lists.flatMap(namesOf),
  ...lists.flatMap(({ actions }) =>
    actions.filter(({ ofAll }) => !ofAll).map(({ asks, label }) => asks?.('{}') ?? `${label} {}?`),
  ),
  ...[deviceGrant(none), jwtBearer(none), tokenExchange].flatMap(({ label }) => label ?? []),
  ...lists.flatMap(({ columns }) => columns.flatMap(({ words = [] }) => words.filter((word) => word !== ''))),
  ...AUDIT_TYPES.map((type) => `${type.charAt(0).toUpperCase()}${type.slice(1).replaceAll('_', ' ')}`),
]
const sources = panelFiles().flatMap(({ path, source }) => textsOf(path, source))

/** A text of the source with something for each of its values. */
const filled = (text: string): string => text.replaceAll('{}', 'Xy')

/** Tells whether a text, or a sentence of it, stays as it is. */
function staysEnglish(text: string): boolean {
  if (keys.includes(text)) return false
  const before = filled(text).split(/(?<=[.:?]) (?=[A-Z])/)
  const after = translate(filled(text))
  return after === filled(text) || (before.length > 1 && before.some((sentence) => after.includes(sentence)))
}

/** Tells whether a key is a text, or stands for it. */
function standsFor(key: string, text: string): boolean {
  if (key === text || key === text.charAt(0).toLowerCase() + text.slice(1)) return true
  if (key.endsWith(' …')) return text.startsWith(key.slice(0, -1))
  // A value of the key may be written out where it is said.
  const pattern = key.replaceAll(/[$()*+.?[\\\]^|]/g, String.raw`\$&`).replaceAll('{}', '.+')
  return new RegExp(`^${pattern}$`).test(text)
}

describe('the languages of the panel', () => {
  it('have every text that its pages, its rows and their answers are made of', () => {
    expect(sources.length).toBeGreaterThan(400)
    const texts = [
      ...sources.filter(({ text }) => !OTHERS.has(text)),
      ...made.map((text) => ({ path: 'made', text })),
    ]
    expect(texts.filter(({ text }) => staysEnglish(text))).toEqual([])
  })

  it('are asked for every text that the components of a page show', () => {
    expect(bareTextsOf('x.tsx', '<p title="Says">{say("Save")} or not</p>')).toHaveLength(2)
    const bare = panelFiles().flatMap(({ path, source }) => bareTextsOf(path, source))
    expect(bare).toEqual([])
  })

  it('translate nothing that is no longer there, and nothing twice', () => {
    // Words of records, such as a state, stand in the storage; what ends with a colon begins a list of sentences.
    const sentences = keys.filter((key) => !/^[\p{Ll} ]+$|:$/u.test(key))
    const texts = [...sources.map(({ text }) => text), ...made]
    expect(sentences.filter((key) => !texts.some((text) => standsFor(key, text)))).toEqual([])
    const folder = 'src/admin/german'
    const all = readdirSync(folder).flatMap((name) => keysOf(name, readFileSync(`${folder}/${name}`, 'utf8')))
    expect(all.filter((key, index) => all.indexOf(key) !== index)).toEqual([])
    expect(all.length).toBe(keys.length)
  })

  it('have the texts of every place that has texts', () => {
    const readers = readdirSync('src', { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name))
      .flatMap((name) => [
        ...readFileSync(`src/${name}`, 'utf8').matchAll(/= inLanguages(?:<\w+>)?\('(\w+)'/g),
      ])
      .map(([, name = '']) => name)
    const { name: _name, pages: _pages, tag: _tag, ...others } = german
    expect(readers.toSorted()).toEqual(Object.keys(others).toSorted())
    for (const [name, read] of Object.entries(FEATURE_TEXTS)) {
      expect(read(germanMessages)).toBe(germanMessages.features?.[name])
    }
  })

  it('have two sentences that are one text among others', () => {
    const stops = 'It stops: it has no document, and nobody may register. Set OAUTH_REGISTRATION to open.'
    const english = `Cursor (stops): It finds https://id.example, which takes PKCE with S256. ${stops}`
    expect(translate(stops)).not.toContain('register.')
    expect(translate(english)).toContain(translate(stops))
  })

  it('keep every value of a text', () => {
    const values = (text: string): number => [...text.matchAll(/\{\d?=?\}/g)].length
    const lost = Object.entries(germanPanel).filter(([key, text]) => values(key) > values(text))
    expect(lost.filter(([key]) => !key.endsWith(' …'))).toEqual([])
  })
})
