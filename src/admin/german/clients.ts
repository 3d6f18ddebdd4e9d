/** Das Formular eines Clients, und was zu seiner Einrichtung gesagt wird. */
export const clients = {
  // Kinds
  'Web application': 'Webanwendung',
  'It runs on a server, and can keep a secret.':
    'Sie läuft auf einem Server und kann ein Geheimnis bewahren.',
  'Single-page or mobile app': 'Single-Page- oder mobile App',
  'It runs in a browser or on a device, where nothing stays secret.':
    'Sie läuft im Browser oder auf einem Gerät, wo nichts geheim bleibt.',
  Service: 'Dienst',
  'It acts for itself, without a person.': 'Er handelt für sich selbst, ohne einen Menschen.',
  'MCP client': 'MCP-Client',
  'A program on somebody’s machine that connects to your MCP server.':
    'Ein Programm auf jemandes Rechner, das mit Ihrem MCP-Server spricht.',
  // Fields
  'Leave it empty for a random one.': 'Leer lassen für eine zufällige.',
  'What users see on the consent page.': 'Was Benutzer auf der Einwilligungsseite sehen.',
  'Confidential: it runs on a server and can keep a secret':
    'Vertraulich: Er läuft auf einem Server und kann ein Geheimnis bewahren',
  'Public: it runs in a browser or on a device': 'Öffentlich: Er läuft im Browser oder auf einem Gerät',
  'A client that becomes public loses its secrets.':
    'Ein Client, der öffentlich wird, verliert seine Geheimnisse.',
  'Home page': 'Website',
  'An http or https URL.': 'Eine http- oder https-URL.',
  'Redirect URIs': 'Redirect-URIs',
  'One per line, complete and exact, such as https://app.example/callback.':
    'Eine in jeder Zeile, vollständig und genau, etwa https://app.example/callback.',
  'One per line, complete and exact.': 'Eine in jeder Zeile, vollständig und genau.',
  'Authorization code': 'Authorization Code',
  'Client credentials: the client acts for itself': 'Client Credentials: Der Client handelt für sich selbst',
  'Password: only for your own clients': 'Passwort: nur für eigene Clients',
  'Implicit: only for clients with no alternative': 'Implicit: nur für Clients, die nicht anders können',
  'Token exchange: one token for another': 'Token Exchange: ein Token gegen ein anderes',
  'Device code: for devices without a browser': 'Device Code: für Geräte ohne Browser',
  'Identity assertion: a JWT from a trusted issuer':
    'Identity Assertion: ein JWT eines vertrauten Ausstellers',
  'Names separated by spaces. If empty, the client may ask for every scope.':
    'Namen, durch Leerzeichen getrennt. Ohne Angabe darf der Client um jeden Scope bitten.',
  'Never ask for consent': 'Keinen Benutzer um Einwilligung bitten',
  'Ask for consent every time': 'Jedes Mal um Einwilligung bitten',
  'Require PKCE': 'PKCE verlangen',
  'Without PKCE, anybody who sees a code can use it (RFC 9700 2.1.1).':
    'Codes eines Clients ohne PKCE kann jeder benutzen, der sie sieht (RFC 9700 2.1.1).',
  'For public clients only': 'Nur von einem öffentlichen Client',
  'Access token lifetime': 'Gültigkeitsdauer seiner Access-Tokens',
  'Seconds. If empty, the settings decide.': 'Sekunden. Ohne Angabe entscheiden die Einstellungen.',
  'Refresh token lifetime': 'Gültigkeitsdauer seiner Refresh-Tokens',
  'Seconds since the last refresh. If empty, the settings decide.':
    'Sekunden seit der letzten Erneuerung. Ohne Angabe entscheiden die Einstellungen.',
  'Refresh token reuse interval': 'Wiederholungsfrist seiner Refresh-Tokens',
  'Seconds in which the refresh token just replaced …':
    'Sekunden, in denen das eben ersetzte Refresh-Token dieselbe Antwort noch einmal bekommt, etwa wenn eine Antwort verloren ging. 0 beendet den Grant sofort. Ohne Angabe entscheiden die Einstellungen.',
  'Allow schemes without a period': 'Schemata ohne Punkt erlauben',
  'Any app can claim a scheme such as myapp, and with it the codes (RFC 8252 8.4).':
    'Jede App kann ein Schema wie myapp an sich ziehen, und damit die Codes (RFC 8252 8.4).',
  Logo: 'Logo',
  'The https URL of an image, which the sign-in and consent pages show.':
    'Die https-URL eines Bildes, das die Anmelde- und die Einwilligungsseite zeigen.',
  'Privacy policy': 'Datenschutzerklärung',
  'The URL of a page for people.': 'Die URL einer Seite für Menschen.',
  'Terms of service': 'Nutzungsbedingungen',
  Contacts: 'Kontakte',
  'Who is responsible for it, such as email addresses; one per line.':
    'Wer für ihn verantwortlich ist, etwa E-Mail-Adressen; eine in jeder Zeile.',
  'Software id': 'Software-ID',
  'The same for every copy of one program.': 'Für jede Kopie eines Programms dieselbe.',
  'Software version': 'Software-Version',
  Authentication: 'Authentifizierung',
  'The only method that it may use, …':
    'Das einzige Verfahren, mit dem er sich ausweist, etwa private_key_jwt. Ohne Angabe jedes, das sein Typ verwenden darf.',
  'Key set URL': 'Adresse seiner Schlüssel',
  'An https URL of a JSON Web Key Set.': 'Die https-URL eines JSON Web Key Set.',
  'A JSON Web Key Set of public keys, if it has no URL.':
    'Ein JSON Web Key Set mit öffentlichen Schlüsseln, falls es keine Adresse dafür gibt.',
  'Application type': 'Art der Anwendung',
  'Web: it is opened in a browser': 'Web: Sie wird im Browser geöffnet',
  'Native: it is installed on a device': 'Nativ: Sie ist auf einem Gerät installiert',
  'Sign-out redirect URIs': 'Adressen nach dem Abmelden',
  'Back-channel logout': 'Back-Channel-Logout',
  'The https URL to which this provider reports that somebody has signed out.':
    'Die https-URL, an die dieser Anbieter meldet, dass sich jemand abgemeldet hat.',
  'Sign-in start URL': 'Beginnt eine Anmeldung',
  'The https URL at which the client starts a sign-in; …':
    'Die https-URL, unter der der Client eine Anmeldung beginnt; Menschen öffnen sie von ihrer Kontoseite aus.',
  'ID token signature': 'Signatur von ID-Tokens',
  'UserInfo signature': 'Signatur von UserInfo',
  'None: plain JSON': 'Keine: einfaches JSON',
  'Request object URLs': 'Adressen von Request-Objekten',
  'One https URL per line: …':
    'Eine https-URL in jeder Zeile: Diese darf er als request_uri nennen (OpenID Connect Core 6.2).',
  'Request object signature': 'Signatur seiner Request-Objekte',
  'Any that its keys support': 'Jede, die seine Schlüssel erzeugen können',
  Subject: 'Subjekt',
  'Public: the same for all clients': 'Öffentlich: für alle Clients dasselbe',
  'Pairwise: a different one for each sector': 'Paarweise: für jeden Sektor ein anderes',
  'Sector for pairwise subjects': 'Sektor der paarweisen Subjekte',
  'An https URL whose host is the sector.': 'Eine https-URL, deren Host der Sektor ist.',
  'Maximum age of a sign-in': 'Höchstalter einer Anmeldung',
  'Seconds, if a request does not say. …':
    'Sekunden, wenn eine Anfrage nichts sagt. Ohne Angabe gilt jede Anmeldung.',
  'Include the sign-in time in ID tokens': 'ID-Tokens sagen, wann sich der Benutzer angemeldet hat',
  'Require pushed requests': 'Direkt gesendete Anfragen verlangen (PAR)',
  'It sends its authorization requests directly to the provider, …':
    'Er sendet seine Autorisierungsanfragen direkt an den Anbieter, und niemand kann sie unterwegs ändern (RFC 9126).',
  'Bind access tokens to a key': 'Seine Access-Tokens an einen Schlüssel binden',
  'Every token request needs a proof of possession, …':
    'Jede Token-Anfrage braucht einen Besitznachweis, und ein gestohlenes Token ist ohne den Schlüssel nichts wert (RFC 9449).',
  'Access token format': 'Form seiner Access-Tokens',
  'Opaque: APIs ask the provider about each token, …':
    'Undurchsichtig: Wer eines annimmt, fragt den Anbieter und erfährt sofort, dass es widerrufen ist',
  'JWT: APIs verify each token themselves (RFC 9068), until it expires':
    'JWT: Wer eines annimmt, prüft es allein (RFC 9068), bis es abläuft',
  'For new grants. A resource that requires JWTs always gets them.':
    'Für neue Grants. Eine Ressource, die JWTs will, bekommt sie in jedem Fall.',
  // Advice about the set-up
  'There is no scope {}: requests for it are refused …':
    'Es gibt keinen Scope {}: Anfragen danach werden abgelehnt, bis OAUTH_SCOPES oder die Scope-Tabelle ihn hat.',
  'The client is disabled: every request is refused.':
    'Der Client ist gesperrt: Jede Anfrage wird abgelehnt.',
  'The client is confidential but has no secret: …':
    'Der Client ist vertraulich, hat aber kein Geheimnis: Erneuern Sie es, um eines zu bekommen.',
  'Two secrets are valid: …':
    'Zwei Geheimnisse gelten: Verwenden Sie überall das neue, bevor das alte endet.',
  'This provider does not have the grant type {}.': 'Dieser Anbieter hat den Grant-Typ {} nicht.',
  'The password grant shows the client …':
    'Der Passwort-Grant zeigt dem Client die Passwörter seiner Benutzer: Verwenden Sie den Authorization Code (RFC 9700 2.4).',
  'The implicit grant puts tokens into addresses: …':
    'Der Implicit-Grant schreibt Tokens in Adressen: Verwenden Sie den Authorization Code mit PKCE (RFC 9700 2.1.2).',
  'Without the refresh token grant, …':
    'Ohne den Refresh-Token-Grant kommen Benutzer jedes Mal wieder, wenn ein Access-Token abläuft.',
  'The client has no redirect URI, …':
    'Der Client hat keine Redirect-URI, also kann kein Benutzer zurückgeleitet werden.',
  'With several redirect URIs each request must name one, …':
    'Bei mehreren Redirect-URIs muss jede Anfrage eine nennen, Byte für Byte wie eingetragen.',
  'Any app can claim the scheme of {}, and with it the codes: …':
    'Jede App kann das Schema von {} an sich ziehen, und damit die Codes: Verwenden Sie eines mit einem Punkt (RFC 8252 8.4).',
  '{} has no TLS: …':
    '{} hat kein TLS: Wer auf dem Weg ist, liest die Codes und Tokens. Verwenden Sie https (RFC 9700 2.6).',
  '{} is compared with its port: …':
    '{} wird mit dem Port verglichen: http://127.0.0.1 darf jeden Port verwenden, ebenso http://localhost ohne einen (RFC 8252 7.3).',
  '{} is for development only.': '{} ist nur für die Entwicklung.',
  'A public client without PKCE loses its codes …':
    'Ein öffentlicher Client ohne PKCE verliert seine Codes an jeden, der sie sieht: Verlangen Sie es (RFC 9700 2.1.1).',
  'A confidential client should be required to use PKCE, too: …':
    'Auch ein vertraulicher Client sollte PKCE verwenden müssen: Dann kann niemand einen Code benutzen, der gestohlen oder untergeschoben wurde (RFC 9700 2.1.1).',
  'Its requests need code_challenge …':
    'Seine Anfragen brauchen code_challenge mit code_challenge_method=S256, und die Token-Anfrage code_verifier.',
  'OAUTH_RESPONSE_TYPE_CHOICES turns off {}, so …':
    'OAUTH_RESPONSE_TYPE_CHOICES schaltet {} ab: Die Metadaten nennen es nicht, und Anfragen werden abgelehnt.',
  'Users of {} are never asked for consent: only for your own clients.':
    'Benutzer von {} werden nie um Einwilligung gebeten: nur für eigene Clients.',
  'With the scope {}, anybody who gets hold of …':
    'Mit dem Scope {} kann jeder, der an ein Token dieses Clients kommt, jeden Client und jeden Benutzer ändern.',
  // Code to paste
  'A token for the client itself': 'Ein Token für den Client selbst',
  'A token by username and password': 'Ein Token mit Benutzername und Passwort',
  'Send the user here': 'Den Benutzer hierher schicken',
  'Redeem the code': 'Den Code einlösen',
  'The same with oauth4webapi': 'Dasselbe mit oauth4webapi',
  'A fresh access token': 'Ein neues Access-Token',
  'Sign in with {} (redirect URI {})': 'Anmelden mit {} (Redirect-URI {})',
  'Sign in to {} (redirect URI {})': 'Anmelden bei {} (Redirect-URI {})',
  'Sign in before any program: {} (redirect URI {})': 'Anmelden vor jedem Programm: {} (Redirect-URI {})',
  'Sign in with {}': 'Anmelden mit {}',
}
