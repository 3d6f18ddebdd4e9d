import { interval, type Row, type Setting } from '../settings/kinds.ts'
import { setting } from '../settings/settings.ts'

/** Who has a second factor: nobody, users who want one, also all staff, or everybody. */
export type SecondFactorMode = 'off' | 'optional' | 'staff' | 'everybody'

const MODES: readonly SecondFactorMode[] = ['off', 'optional', 'staff', 'everybody']

const mode: Row<SecondFactorMode> = {
  unit: 'name',
  expected: '"off", "optional", "staff" or "everybody"',
  parse: (value) => MODES.find((one) => one === value),
}

/** The feature's settings. */
export const SECOND_FACTOR_SETTINGS = {
  /**
   * Who needs a second factor in addition to the password: nobody (off), users who set one up (optional), also all
   * staff (staff), or everybody. A passkey counts as a second factor.
   */
  secondFactor: setting('OAUTH_SECOND_FACTOR', 'optional', mode),
  /** Time for which a browser is not asked for the second factor again; 0: it is asked at each sign-in. */
  rememberedBrowserDelta: setting('OAUTH_REMEMBERED_BROWSER_DELTA', 30 * 86_400, interval),
} satisfies Readonly<Record<string, Setting<unknown>>>
