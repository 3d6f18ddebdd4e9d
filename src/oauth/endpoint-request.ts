import type { Params } from './params.ts'

/** What an endpoint for machines reads of a request. */
export interface EndpointRequest {
  readonly params: Params
  /** The Authorization header, or null. */
  readonly authorization: string | null
}
