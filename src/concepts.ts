// The interfaces that everyone names, so that no two folders import each other's values.
export type * from './concepts/authorization.ts'
export type * from './concepts/endpoint.ts'
export type * from './concepts/feature.ts'
export type * from './concepts/hooks.ts'
export type * from './concepts/imported.ts'
export type * from './concepts/provider.ts'
export type * from './concepts/tokens.ts'
