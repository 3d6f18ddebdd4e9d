import { createProvider, pages, type ProviderBindings } from 'edge-oauth2-provider'
import { Hono } from 'hono'

/** The users that this app had before: here a list, elsewhere a table or a service. */
const members = new Map([['m-1001', { username: 'mia', passphrase: 'lavender fields' }]])

const provider = createProvider({
  features: [pages()],
  siteName: 'The Reading Club',
  users: {
    authenticate: async (username, password) => {
      const found = [...members].find(
        ([, member]) => member.username === username && member.passphrase === password,
      )
      return found ? { id: found[0], username } : null
    },
    find: async (id) => {
      const member = members.get(id)
      return member ? { id, username: member.username } : null
    },
  },
})

/** The app that was there before, with a page of its own. */
const app = new Hono<{ Bindings: ProviderBindings }>()
app.get('/', (c) => c.text('The Reading Club'))

app.route('/oauth2', provider)
app.route('/', provider.wellKnown)
app.route('/', provider.pages)

export default app
