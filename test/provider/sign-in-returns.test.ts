import { beforeEach, describe, expect, it } from 'vitest'
import { writeCookie } from '../../src/http/cookies.ts'
import { RETURN_COOKIE } from '../../src/pages/routes/respond.ts'
import { openBrowser } from '../support/browser.ts'
import { withFeature } from '../support/embedded.ts'
import { givenCast, PASSWORD } from '../support/fixture.ts'

beforeEach(givenCast)

describe('a page to which a sign-in leads back', () => {
  const ask = withFeature({
    signInReturns: { lamp: () => '/lamp' },
    pages: [
      {
        at: 'root',
        below: () => ['/lamp'],
        addRoutes(app) {
          app.get('/lamp/:name', (c) => {
            writeCookie(c, RETURN_COOKIE, c.req.param('name'), 60)
            return c.redirect('/login')
          })
          app.get('/lamp', (c) => c.text('The lamp is on.'))
        },
      },
    ],
  })

  async function signInFrom(path: string): Promise<{ readonly path: string; readonly text: string }> {
    const browser = openBrowser({}, [], ask)
    return browser.submit(await browser.visit(path), '/login', [
      ['username', 'alice'],
      ['password', PASSWORD],
    ])
  }

  it('is the one whose name its cookie holds', async () => {
    expect(await signInFrom('/lamp/lamp')).toMatchObject({ path: '/lamp', text: 'The lamp is on.' })
  })

  it('is the account where nobody knows the name', async () => {
    for (const name of ['other', 'constructor', 'admin']) {
      expect(await signInFrom(`/lamp/${name}`)).toMatchObject({ path: '/account' })
    }
  })
})
