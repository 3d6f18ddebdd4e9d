/** @jsxImportSource hono/jsx */
import {
  createProvider,
  FormFields,
  Layout,
  pages,
  type Pages,
  type ProviderBindings,
} from 'edge-oauth2-provider'
import { Hono } from 'hono'

/** A sign-in page of one's own: the props say all that it needs, `FormFields` adds the fields that no form may lack. */
const LoginPage: Pages['login'] = ({ action, fields, notice, ui, username }) => (
  <Layout ui={ui} title="Welcome to the greenhouse">
    <h1>Welcome to the greenhouse</h1>
    {notice && <p role="alert">{notice.text}</p>}
    <form method="post" action={action} class="stack">
      <FormFields ui={ui} fields={fields} />
      <label for="username">Gardener</label>
      <input id="username" name="username" value={username} autocomplete="username" required />
      <label for="password">Password</label>
      <input id="password" name="password" type="password" autocomplete="current-password" required />
      <button type="submit">Open the door</button>
    </form>
  </Layout>
)

const provider = createProvider({
  features: [pages({ login: LoginPage })],
  siteName: 'Greenhouse',
  accentColor: '#2e7d32',
})

const app = new Hono<{ Bindings: ProviderBindings }>()
app.route('/oauth2', provider)
app.route('/', provider.wellKnown)
app.route('/', provider.pages)

export default app
