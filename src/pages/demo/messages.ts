import { inLanguages } from '../../ui/messages.ts'

const english = {
  title: 'Try the whole flow',
  intro:
    'You are the user and the application at once: sign in, give your consent, and redeem the code that comes back.',
  steps: [
    'Sign in as demo with the password demo',
    'Choose what the demo application may do',
    'Redeem the code, and use the tokens',
  ],
  start: 'Start',
  callbackTitle: 'The application got a code',
  callbackText:
    'This page stands for the application. In real life it would redeem the code now, without showing it to anybody.',
  redeemForMe: 'Redeem for me',
  redeem: 'Or redeem it in a terminal; it works once:',
  tokensTitle: 'The application has its tokens',
  tokensText:
    'A real application keeps them on its server and shows them to nobody. Here you can try them out.',
  noTokensTitle: 'The code was refused',
  noTokensText:
    'A code works once, for ten minutes. One that comes a second time may have been stolen, so the tokens from the first time no longer work.',
  callApi: 'Call an API with the access token:',
  introspect: 'Ask whether the token is valid, as an API would:',
  refresh: 'Get new tokens with the refresh token, before the access token expires:',
  revoke: 'Revoke everything:',
  refusedTitle: 'The application got no code',
  refusedText: 'This page stands for the application. It was told why:',
  nothing: 'Nothing was sent to this page.',
  again: 'Start again',
}

/** The texts of the demo, in any language. */
export type DemoMessages = typeof english

/** The texts of the demo, in the language of a page. */
export const demoMessages = inLanguages('demo', english)
