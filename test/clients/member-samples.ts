/** A value that a member takes, and one that it refuses. */
export interface MemberSample {
  readonly right: string | number | boolean | readonly string[] | Readonly<Record<string, unknown>>
  readonly wrong: unknown
}

/** Samples of every member that is kept as JSON. */
export const SAMPLES: Readonly<Record<string, MemberSample>> = {
  logo_uri: { right: 'https://app.example/logo.png', wrong: 'javascript:alert(1)' },
}
