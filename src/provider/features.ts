import type { Feature, FeatureTables, PageShell, SettingRows } from '../concepts.ts'
import { ConfigurationError } from '../errors.ts'

/** What several features make together. */
export interface Merged {
  readonly tables: FeatureTables
  /** Rows of their settings by option name. */
  readonly settings: SettingRows
  /** Values that the features were made with, by option name. */
  readonly given: Readonly<Record<string, unknown>>
  /** Null where no feature has pages. */
  readonly shell: PageShell | null
}

/**
 * Joins features.
 * @throws {ConfigurationError} two of them claim one name, or one has pages and nothing shows them
 */
export function mergeFeatures(features: readonly Feature[]): Merged {
  claim(features.map(({ name }) => [name, name]))
  const named = <T>(
    pick: (feature: Feature) => Readonly<Record<string, T>> | undefined,
  ): Readonly<Record<string, T>> => {
    claim(features.flatMap((feature) => Object.keys(pick(feature) ?? {}).map((key) => [feature.name, key])))
    return Object.freeze(
      Object.fromEntries<T>(features.flatMap((feature) => Object.entries(pick(feature) ?? {}))),
    )
  }
  const listed = <T>(pick: (feature: Feature) => readonly T[] | undefined): readonly T[] =>
    Object.freeze(features.flatMap((feature) => pick(feature) ?? []))
  claim(
    features.flatMap(({ endpoints = [], name }) =>
      endpoints.map(({ at, method, path }) => [name, `${method} ${at}${path}`]),
    ),
  )
  const shells = listed(({ shell }) => (shell ? [shell] : []))
  const pages = listed((feature) => feature.pages)
  if (shells.length > 1) throw new ConfigurationError('features', 'hold two that show pages')
  if (shells.length === 0 && pages.length > 0) {
    throw new ConfigurationError('features', 'hold pages, but not the feature that shows them: add pages()')
  }
  return {
    tables: {
      grantTypes: named((feature) => feature.grantTypes),
      scopes: listed((feature) => feature.scopes),
      responseTypes: named((feature) => feature.responseTypes),
      responseTypeChoices: listed((feature) => feature.responseTypeChoices),
      responseModes: named((feature) => feature.responseModes),
      clientAuthMethods: named((feature) => feature.clientAuthMethods),
      authorizationParameters: named((feature) => feature.authorizationParameters),
      parameterSources: listed((feature) => feature.parameterSources),
      authorizationChecks: listed((feature) => feature.authorizationChecks),
      interactions: listed((feature) => feature.interactions),
      grantDetails: listed((feature) => feature.grantDetails),
      clientSources: listed((feature) => feature.clientSources),
      clientRecoveries: listed((feature) => feature.clientRecoveries),
      passwordFormats: listed((feature) => feature.passwordFormats),
      clientMetadata: listed((feature) => feature.clientMetadata),
      endpoints: listed((feature) => feature.endpoints),
      tokenMembers: listed((feature) => feature.tokenMembers),
      tokenFormats: listed((feature) => feature.tokenFormats),
      metadata: listed((feature) => feature.metadata),
      pages,
      accountSections: listed((feature) => feature.accountSections),
      adminSections: listed((feature) => feature.adminSections),
      sessionsEnded: listed((feature) => feature.sessionsEnded),
      scheduled: listed((feature) => feature.scheduled),
    },
    settings: named((feature) => feature.settings?.rows),
    given: named((feature) => feature.settings?.given),
    shell: shells[0] ?? null,
  }
}

/** Each name has one owner. */
function claim(names: readonly (readonly [feature: string, name: string])[]): void {
  const owners = new Map<string, string>()
  for (const [feature, name] of names) {
    const owner = owners.get(name)
    if (owner !== undefined) {
      throw new ConfigurationError('features', `${owner} and ${feature} both have ${JSON.stringify(name)}`)
    }
    owners.set(name, feature)
  }
}
