/** Returns the context in which our secret at a provider is sealed. */
export function secretContext(id: string): string {
  return `client secret at the sign-in provider ${id}`
}
