import type { JSX } from 'hono/jsx/jsx-runtime'

/** A problem with a form. */
export interface FormProblem {
  /** The id of the control; null if it concerns no control. */
  readonly target: string | null
  /** The control's label; null if there is none. */
  readonly label: string | null
  readonly text: string
}

interface ErrorSummaryProps {
  readonly title: string
  readonly problems: readonly FormProblem[]
}

/** Lists all problems at the top of a form, with a link to each control. */
export function ErrorSummary({ title, problems }: ErrorSummaryProps): JSX.Element | null {
  if (problems.length === 0) return null
  return (
    <div class="alert alert-error" role="alert">
      <p>{title}</p>
      <ul class="plain">
        {problems.map(({ label, target, text }) => (
          <li>
            {target === null ? (
              text
            ) : (
              <a href={`#${target}`}>{label === null ? text : `${label}: ${text}`}</a>
            )}
          </li>
        ))}
      </ul>
    </div>
  )
}

/**
 * The problems of a page's own form, in the order of its controls.
 * @param fields name, label and problem of each control
 */
export function problemsOf(
  fields: readonly (readonly [name: string, label: string, text: string | undefined])[],
): readonly FormProblem[] {
  return fields.flatMap(([target, label, text]) => (text === undefined ? [] : [{ target, label, text }]))
}
