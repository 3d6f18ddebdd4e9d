/** The texts of the first run in English. */
export const english = {
  title: 'Set up',
  intro:
    'Nobody can sign in here yet. Create the first member of staff, who can do everything else in the panel.',
  issuer: 'Issuer',
  issuerHint: 'Applications know this provider by this address.',
  token: 'Setup token',
  tokenHint: 'npm run deploy printed it. Otherwise it is the secret SETUP_TOKEN that you chose.',
  you: 'You',
  client: 'Your first application',
  kind: 'Kind',
  kinds: {
    web: 'Web application: runs on a server',
    app: 'Single-page or mobile app: runs in a browser or on a device',
    service: 'Service: acts for itself, without a person',
    none: 'None yet',
  },
  name: 'Name',
  nameHint: 'What people see when they are asked for their consent. “My application”, if you leave it empty.',
  usualName: 'My application',
  redirectUri: 'Redirect URI',
  redirectUriHint: 'Where people come back to, such as https://app.example/callback. A service needs none.',
  submit: 'Set up',
  wrongToken: 'This is not the setup token.',
  badKind: 'Choose one of these.',
  badName: 'The name must have at most 200 characters.',
  badRedirectUri: 'Enter the complete address, starting with https://; http:// is only for localhost.',
  throttled: 'Too many attempts. Wait ten minutes and try again.',
  lockedTitle: 'Not set up yet',
  locked:
    'Nobody can sign in here yet. To create the first member of staff, give this deployment a setup token first: it proves that it is yours.',
  lockedTerminal: 'In a terminal, in the folder that you deployed from:',
  lockedDashboard:
    'Or in the Cloudflare dashboard: open this Worker, then Settings, then Variables and Secrets, and add a secret with the name SETUP_TOKEN. It needs at least 32 characters that nobody can guess.',
  lockedThen: 'Then reload this page.',
  doneTitle: 'You are set up',
  done: (username: string) =>
    `You are signed in as ${username}, a member of staff. Nobody can open the setup page again.`,
  clientId: 'Client id',
  clientSecret: 'Client secret',
  secretOnce: 'The client secret is shown only once. Copy it now.',
  use: 'Code to paste',
  useHint: 'Put the client secret into the variable CLIENT_SECRET first.',
  next: 'Next',
  pinIssuer:
    'Pin the issuer to this address. It goes under [vars] in wrangler.toml, before you deploy again:',
  dropToken: 'The setup token is no longer needed. Remove it:',
  panel: 'Open the panel',
  passkey: 'Add a passkey',
  account: 'Your account',
}

/** The texts of the first run; another language is an object of this type. */
export type SetupMessages = typeof english
