import type { Context } from 'hono'
import type { JSX } from 'hono/jsx/jsx-runtime'
import type { PageSection, ProviderEnv } from '../concepts.ts'
import { Section } from './components.tsx'

/** A rendered part of a page. */
export interface ShownSection {
  readonly id: string
  readonly group?: PageSection['group']
  readonly title: string
  readonly content: JSX.Element
}

/** Renders the parts that features add to a page. */
export async function showSections(
  c: Context<ProviderEnv>,
  sections: readonly PageSection[],
): Promise<readonly ShownSection[]> {
  const shown = await Promise.all(
    sections.map(async ({ group, id, render, title }) => ({
      id,
      ...(group && { group }),
      title: title(c),
      content: await render(c),
    })),
  )
  return shown.flatMap(({ content, ...section }) => (content ? [{ ...section, content }] : []))
}

/** The parts of a group, as rows of one list. */
export function SectionRows({ sections }: { readonly sections: readonly ShownSection[] }): JSX.Element {
  return (
    <ul class="items">
      {sections.map(({ content, id, title }) => (
        <li>
          <h3 id={id}>{title}</h3>
          {content}
        </li>
      ))}
    </ul>
  )
}

/** The parts that features add, one below the other. */
export function Sections({ sections }: { readonly sections: readonly ShownSection[] }): JSX.Element {
  return (
    <>
      {sections.map(({ content, id, title }) => (
        <Section id={id} title={title}>
          {content}
        </Section>
      ))}
    </>
  )
}
