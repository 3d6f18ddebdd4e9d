import { beforeEach, describe, expect, it } from 'vitest'
import { OAuthError } from '../../src/public.ts'
import { openBrowser } from '../support/browser.ts'
import { withFeature } from '../support/embedded.ts'
import { givenCast, givenSession } from '../support/fixture.ts'
import { answerIn, approve, authorizationUrl } from '../support/flow.ts'

let alice = ''
beforeEach(async () => {
  ;({ alice } = await givenCast())
})

describe('what a feature asks of an approved request', () => {
  it('is asked before anything is issued, and is what the client is told', async () => {
    const asked: string[] = []
    const ask = withFeature({
      authorizationParameters: { ticket: { meaning: 'Works once' } },
      approvalChecks: [
        async ({ params }, { user }) => {
          asked.push(user.username)
          if (params.get('ticket') === 'used') throw new OAuthError('invalid_request', 'The ticket was used.')
        },
      ],
    })
    const browser = openBrowser({}, [], ask)
    const { name, value } = await givenSession(alice)
    browser.cookies.set(name, value)
    const answerFor = async (ticket: string) => {
      const page = await browser.visit(authorizationUrl({ ticket }))
      return answerIn(page.left ? page : await approve(browser, page))
    }
    expect(await answerFor('fresh')).toHaveProperty('code')
    expect(await answerFor('used')).toMatchObject({
      error: 'invalid_request',
      error_description: 'The ticket was used.',
      state: 'a state',
    })
    expect(asked).toEqual(['alice', 'alice'])
  })
})
