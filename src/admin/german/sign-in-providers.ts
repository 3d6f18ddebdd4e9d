/** Andere, mit deren Konten man sich anmeldet. */
export const signInProviders = {
  'Sign-in providers': 'Anmeldung mit anderen',
  '{} sign in providers': '{} Anmeldeanbieter',
  'New sign-in provider': 'Neuer Anmeldeanbieter',
  'Providers with whose accounts people can sign in: …':
    'Andere, mit deren Konten man sich anmelden kann: jeder Aussteller von OpenID Connect, und GitHub. Jeder hat einen Knopf auf der Anmeldeseite.',
  'Part of the redirect URI that you register there, /login/with/ID/callback: such as google.':
    'Teil der Redirect-URI, die Sie dort eintragen, /login/with/ID/callback: etwa google.',
  'OpenID Connect: Google, Microsoft, Keycloak, another provider like this':
    'OpenID Connect: Google, Microsoft, Keycloak, ein anderer wie dieser',
  'Its issuer identifier, byte for byte, such as https://accounts.google.com. …':
    'Seine Aussteller-Kennung, Byte für Byte, etwa https://accounts.google.com. Bei GitHub: nichts, oder die Adresse des eigenen Servers einer Firma.',
  'The button says: Continue with …': 'Auf dem Knopf steht: Mit … fortfahren',
  Icon: 'Symbol',
  'A data: URL of a PNG, WebP or SVG image, in base64.':
    'Eine data:-URL eines Bildes in PNG, WebP oder SVG, in base64.',
  'The client id of this provider there.': 'Die Client-ID, unter der er diesen Anbieter kennt.',
  'Client secret': 'Client-Geheimnis',
  'It is stored sealed and never shown. If empty, the current one stays.':
    'Es wird versiegelt gespeichert und nie angezeigt. Leer: das bisherige, oder keines.',
  'If empty: openid email profile; for GitHub, read:user user:email.':
    'Leer: openid email profile; bei GitHub read:user user:email.',
  'Trusted for verified addresses': 'Bestätigten Adressen wird vertraut',
  'People with a verified address there can sign in …':
    'Wer dort eine Adresse bestätigt hat, meldet sich an dem Konto hier an, das dieselbe bestätigt hat. Wer den Anbieter betreibt, kann sich dann als jeder anmelden.',
  'Allowed domains': 'Erlaubte Domains',
  'Separated by spaces: …':
    'Durch Leerzeichen getrennt: nur Menschen mit einer bestätigten Adresse bei einer davon. Leer: alle.',
  'Creates accounts for new people': 'Wer hier kein Konto hat, bekommt eines',
  'Even if nobody may sign up otherwise.': 'Auch dort, wo sonst niemand ein Konto anlegen kann.',
  'Counts as a fresh sign-in': 'Gilt als frische Anmeldung',
  'For GitHub, Google and others …':
    'Für GitHub, Google und andere, die nicht sagen, wann sich jemand angemeldet hat. Wer einen Browser findet, der dort angemeldet ist, kann dann das Konto hier ändern.',
  Accounts: 'Konten',
  'Has a secret': 'Hat ein Geheimnis',
  'People can sign in with {}, once the redirect URI /login/with/{}/callback is registered there.':
    'Mit {} kann man sich anmelden, sobald dort die Redirect-URI /login/with/{}/callback eingetragen ist.',
  'The sign-in provider {} is changed.': 'Der Anmeldeanbieter {} ist geändert.',
  'Nobody can sign in with it anymore, and every link to it is deleted. …':
    'Niemand meldet sich mehr damit an, und jede Verknüpfung mit ihm verschwindet. Wer keine andere Möglichkeit hat, sich anzumelden, muss wieder hereingelassen werden.',
  'The sign-in provider {} is deleted.': 'Der Anmeldeanbieter {} ist gelöscht.',
  'There is a sign-in provider with this id already.': 'Es gibt schon einen Anmeldeanbieter mit dieser ID.',
  'It is stored encrypted: provide the Worker’s SECRET_KEY in the environment.':
    'Es wird versiegelt gespeichert: Geben Sie den SECRET_KEY des Workers in der Umgebung an.',
  'The id must have 1 to 40 lower-case letters, digits and hyphens, and neither begin nor end with a hyphen.':
    'Die ID muss aus 1 bis 40 Kleinbuchstaben, Ziffern und Bindestrichen bestehen und darf mit keinem Bindestrich beginnen oder enden.',
  'The name must have 1 to 60 characters, and no control characters.':
    'Der Name muss 1 bis 60 Zeichen haben, und keine Steuerzeichen.',
  'The kind must be openid or github.': 'Die Art muss openid oder github sein.',
  'The issuer must be an https URL without a query and a fragment, at a public host.':
    'Der Aussteller muss eine https-URL ohne Abfrage und Fragment sein, bei einem öffentlichen Host.',
  'The client id must have 1 to 500 printable ASCII characters.':
    'Die Client-ID muss 1 bis 500 Zeichen haben, alle davon druckbares ASCII.',
  'The secret must have at most 500 printable ASCII characters.':
    'Das Geheimnis darf höchstens 500 Zeichen haben, alle davon druckbares ASCII.',
  'The scopes must be scope names separated by spaces (RFC 6749 3.3).':
    'Die Scopes müssen Scope-Namen sein, durch Leerzeichen getrennt (RFC 6749 3.3).',
  'The scopes of an OpenID Connect issuer must include openid.':
    'Unter den Scopes eines Ausstellers von OpenID Connect muss openid sein.',
  'The domains must look like example.org, separated by spaces.':
    'Die Domains müssen wie example.org aussehen und durch Leerzeichen getrennt sein.',
  'The icon must be a data: URL of a PNG, WebP or SVG image in base64, of at most {} characters.':
    'Das Symbol muss eine data:-URL eines Bildes in PNG, WebP oder SVG sein, in base64, mit höchstens {} Zeichen.',
  'Somebody else has just changed this sign-in provider. Look at it, and try again.':
    'Jemand anderes hat diesen Anmeldeanbieter eben geändert. Sehen Sie ihn an und versuchen Sie es noch einmal.',
}
