import type { JSX } from 'hono/jsx/jsx-runtime'

/** The form field with the browser's answer. */
export const CREDENTIAL = 'credential'

interface PasskeyButtonProps {
  /** The options for the browser. */
  readonly options: object
  readonly label: string
  /** The message if the browser has nothing to send. */
  readonly failed: string
  /** Where to request new options; the browser then also offers passkeys in the username field. */
  readonly again?: string
  readonly primary?: boolean
}

/** A form button that lets the browser use or create a passkey; it is hidden if the browser cannot. */
export function PasskeyButton({ again, failed, label, options, primary }: PasskeyButtonProps): JSX.Element {
  return (
    <div hidden>
      <div class="stack">
        <input type="hidden" name={CREDENTIAL} value="" />
        <button
          type="submit"
          class={`button button-${primary ? 'primary' : 'secondary'}`}
          data-passkey={JSON.stringify(options)}
          data-again={again}
        >
          {label}
        </button>
        <output class="small" hidden>
          {failed}
        </output>
      </div>
    </div>
  )
}
