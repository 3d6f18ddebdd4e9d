import type { JSX } from 'hono/jsx/jsx-runtime'
import type { Paths } from '../concepts.ts'
import type { SignInProviderRecord } from '../store/sign-in-provider-store.ts'

/** Returns where the sign-in with a provider starts. */
export function beginUrl({ login }: Pick<Paths, 'login'>, id: string): string {
  return `${login}/with/${id}`
}

/** Returns the URL of a provider's icon, which changes whenever the provider does. */
export function iconUrl(paths: Pick<Paths, 'login'>, { id, updatedAt }: SignInProviderRecord): string {
  return `${beginUrl(paths, id)}/icon?v=${updatedAt}`
}

interface ProviderButtonProps {
  readonly paths: Pick<Paths, 'login'>
  readonly row: SignInProviderRecord
  readonly text: string
  /** Where it is sent in place of the form that it stands in, which need not be filled in for it. */
  readonly to?: string
}

/** A form button that leads to a provider, with its icon. */
export function ProviderButton({ paths, row, text, to }: ProviderButtonProps): JSX.Element {
  const own = to === undefined ? {} : { formaction: to, formnovalidate: true, name: 'confirm', value: row.id }
  return (
    <button type="submit" class="button button-secondary" {...own}>
      {row.icon === null ? (
        text
      ) : (
        <span class="row">
          <img src={iconUrl(paths, row)} alt="" width="20" height="20" />
          {text}
        </span>
      )}
    </button>
  )
}
