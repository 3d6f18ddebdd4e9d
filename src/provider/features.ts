import type { Feature, FeatureTables, Mailer, PageShell, SettingRows } from '../concepts.ts'
import { ConfigurationError } from '../errors.ts'

/** Several features, merged. */
export interface Merged {
  readonly tables: FeatureTables
  /** Rows of their settings by option name. */
  readonly settings: SettingRows
  /** Values that were passed to the features, by option name. */
  readonly given: Readonly<Record<string, unknown>>
  /** Null if no feature has pages. */
  readonly shell: PageShell | null
  /** Creates the operators' part of the storage; null if no feature uses it. */
  readonly adminStore: NonNullable<Feature['adminStore']> | null
  /** Null if no feature sends mail. */
  readonly mailer: Mailer | null
}

/**
 * Merges features.
 * @throws {ConfigurationError} two of them claim the same name, or one has pages and nothing shows them
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
  claim(
    features.flatMap(({ adminResources = [], name }) =>
      adminResources.map(({ kind }) => [name, `admin ${kind}`]),
    ),
  )
  const shells = listed(({ shell }) => (shell ? [shell] : []))
  const pages = listed((feature) => feature.pages)
  const mailers = listed(({ mailer }) => (mailer ? [mailer] : []))
  if (mailers.length > 1) throw new ConfigurationError('features', 'hold two that send mail')
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
      approvalChecks: listed((feature) => feature.approvalChecks),
      grantDetails: listed((feature) => feature.grantDetails),
      subjects: listed((feature) => feature.subjects),
      clientSources: listed((feature) => feature.clientSources),
      clientRecoveries: listed((feature) => feature.clientRecoveries),
      passwordFormats: listed((feature) => feature.passwordFormats),
      passwordChecks: listed((feature) => feature.passwordChecks),
      clientMetadata: listed((feature) => feature.clientMetadata),
      endpoints: listed((feature) => feature.endpoints),
      resourceSources: listed((feature) => feature.resourceSources),
      issueTerms: listed((feature) => feature.issueTerms),
      tokenMembers: listed((feature) => feature.tokenMembers),
      tokenFormats: listed((feature) => feature.tokenFormats),
      possessionProofs: listed((feature) => feature.possessionProofs),
      metadata: listed((feature) => feature.metadata),
      pages,
      linkOffers: named((feature) => feature.linkOffers),
      formGuards: listed((feature) => feature.formGuards),
      signUpRules: listed((feature) => feature.signUpRules),
      signUpOptions: listed((feature) => feature.signUpOptions),
      signUpSteps: listed((feature) => feature.signUpSteps),
      signInReturns: named((feature) => feature.signInReturns),
      signInOptions: listed((feature) => feature.signInOptions),
      detours: listed((feature) => feature.detours),
      afterSignIn: listed((feature) => feature.afterSignIn),
      stepUps: listed((feature) => feature.stepUps),
      secondFactors: listed((feature) => feature.secondFactors),
      notices: listed((feature) => feature.notices),
      lockNotices: listed((feature) => feature.lockNotices),
      accountSections: listed((feature) => feature.accountSections),
      adminSections: listed((feature) => feature.adminSections),
      adminResources: listed((feature) => feature.adminResources),
      sessionsEnded: listed((feature) => feature.sessionsEnded),
      scheduled: listed((feature) => feature.scheduled),
    },
    settings: named((feature) => feature.settings?.rows),
    given: named((feature) => feature.settings?.given),
    shell: shells[0] ?? null,
    adminStore: features.find((feature) => feature.adminStore)?.adminStore ?? null,
    mailer: mailers[0] ?? null,
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
