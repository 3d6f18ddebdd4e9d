import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const [, text = ''] = /^## Recipes$(.*?)^## /ms.exec(readFileSync('CONTRIBUTING.md', 'utf8')) ?? []
const RECIPES = text.split(/^(?=\*\*)/m).filter((part) => part.startsWith('**'))

/** The tests that a recipe names, each as `file`: "title", however its lines are broken. */
function testsOf(recipe: string): readonly (readonly [file: string, title: string])[] {
  return [...recipe.matchAll(/`(test\/[^`]+\.test\.tsx?)`:\s+"([^"]+)"/g)].map(
    ([, file = '', title = '']) => [file, title.replaceAll(/\s+/g, ' ')],
  )
}

describe('the recipes of CONTRIBUTING.md', () => {
  it('name a test each that follows them, for whatever is added most', () => {
    const untried = RECIPES.filter((recipe) => testsOf(recipe).length === 0).map(
      (recipe) => /^\*\*(.*?)\.?\*\*/.exec(recipe)?.[1],
    )
    expect(untried).toEqual(['A parameter of the authorization request', 'A page'])
  })

  it('name tests that exist, by their titles', () => {
    const named = RECIPES.flatMap(testsOf)
    expect(named.length).toBeGreaterThan(6)
    const lost = named.filter(
      ([file, title]) => !existsSync(file) || !readFileSync(file, 'utf8').includes(`it('${title}'`),
    )
    expect(lost).toEqual([])
  })
})
