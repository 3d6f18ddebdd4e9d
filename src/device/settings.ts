import { lifetime, type Setting } from '../settings/kinds.ts'
import { setting } from '../settings/settings.ts'

/** Rows of the settings that the feature has. */
export const DEVICE_SETTINGS = {
  /** Time that a user has to approve a device (RFC 8628); after that, its codes are no longer valid. */
  deviceCodeDelta: setting('OAUTH_EXPIRE_DEVICE_CODE_DELTA', 600, lifetime),
} satisfies Readonly<Record<string, Setting<unknown>>>
