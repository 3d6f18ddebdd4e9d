import type { Feature } from '../concepts.ts'
import { deviceFeature, type DeviceFlowOptions } from '../device/index.ts'
import { createDeviceStore } from '../store/d1/device-codes.ts'

/**
 * The feature that signs in devices without a browser (RFC 8628), with the provider's own database. It needs the
 * feature of the pages.
 * @example
 * const provider = createProvider({ features: [pages(), deviceFlow()] })
 */
export function deviceFlow(given: DeviceFlowOptions = {}): Feature {
  return deviceFeature(createDeviceStore, given)
}
