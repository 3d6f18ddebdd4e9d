/** Was an einer Eingabe nicht stimmt. */
export const problems = {
  // Clients
  'The client id must have 1 to 255 …':
    'Die Client-ID muss 1 bis 255 druckbare ASCII-Zeichen haben (RFC 6749 A.1).',
  'The secret must have 1 to 512 …':
    'Das Geheimnis muss 1 bis 512 druckbare ASCII-Zeichen haben (RFC 6749 A.2).',
  'The secret must have at least {} characters. Without one, a random secret is created.':
    'Das Geheimnis muss mindestens {} Zeichen haben. Ohne Angabe wird ein zufälliges erzeugt.',
  'There is a client {} already.': 'Es gibt schon einen Client {}.',
  'There is no scope {}: OAUTH_SCOPES or the scope table must have it first.':
    'Es gibt keinen Scope {}: OAUTH_SCOPES oder die Scope-Tabelle muss ihn zuerst haben.',
  'A public client has no secret (RFC 6749 2.1).':
    'Ein öffentlicher Client hat kein Geheimnis (RFC 6749 2.1).',
  'A client that authenticates with {} has no secret.':
    'Ein Client, der sich mit {} ausweist, hat kein Geheimnis.',
  'Somebody else has just changed this client. Look at it, and try again.':
    'Jemand anderes hat diesen Client eben geändert. Sehen Sie ihn an und versuchen Sie es noch einmal.',
  'Seconds, at most a year.': 'Sekunden, höchstens ein Jahr.',
  'The client {} is public: it has no secret.': 'Der Client {} ist öffentlich: Er hat kein Geheimnis.',
  'The name must have 1 to 200 characters, and no control characters.':
    'Der Name muss 1 bis 200 Zeichen haben, und keine Steuerzeichen.',
  'The URL must be an absolute http or https URL of at most 2,000 characters.':
    'Die URL muss eine absolute http- oder https-URL mit höchstens 2.000 Zeichen sein.',
  'The type must be confidential or public.': 'Der Typ muss confidential oder public sein.',
  'Redirect URIs must be a list of at most {} absolute URIs.':
    'Redirect-URIs müssen eine Liste von höchstens {} absoluten URIs sein.',
  'Grant types must be a list of {}, or the absolute URIs of extension grants, at least one and at most {}.':
    'Grant-Typen müssen eine Liste von {} oder absoluten URIs von Erweiterungen sein, mindestens einer und höchstens {}.',
  'The scope must be scope names separated by spaces (RFC 6749 3.3).':
    'Der Scope muss aus Scope-Namen bestehen, durch Leerzeichen getrennt (RFC 6749 3.3).',
  "A token's lifetime must be a whole number of seconds from 1 to {}, or empty.":
    'Die Gültigkeitsdauer eines Tokens muss eine ganze Zahl von Sekunden von 1 bis {} sein, oder nichts.',
  'A reuse interval must be a whole number of seconds from 0 to {}, or empty.':
    'Eine Wiederholungsfrist muss eine ganze Zahl von Sekunden von 0 bis {} sein, oder nichts.',
  'The access token format must be opaque or jwt.': 'Die Form von Access-Tokens muss opaque oder jwt sein.',
  'The keys must be a JSON Web Key Set of at most 20 public keys: …':
    'Die Schlüssel müssen ein JSON Web Key Set mit höchstens 20 öffentlichen Schlüsseln sein: {"keys": […]} (RFC 7517 5).',
  'The method must be the name of a client authentication method.':
    'Das Verfahren muss der Name einer Art sein, in der Clients sich ausweisen.',
  'The key set URL must be …': 'Die Adresse der Schlüssel muss eine absolute https-URL ohne Fragment sein.',
  '{} must be true or false.': '{} muss true oder false sein.',
  'The algorithm must be one of {}.': 'Der Algorithmus muss einer von {} sein.',
  'The age must be a whole number of seconds from 0 to {}, or empty.':
    'Das Alter muss eine ganze Zahl von Sekunden von 0 bis {} sein, oder nichts.',
  'Request object URLs must be …':
    'Adressen von Request-Objekten müssen eine Liste von höchstens 20 absoluten https-URLs sein.',
  'The sign-in start URL must be …':
    'Die Adresse, die eine Anmeldung beginnt, muss eine absolute https-URL ohne Fragment sein.',
  'Sign-out redirect URIs must be …':
    'Adressen nach dem Abmelden müssen eine Liste von höchstens 100 absoluten URIs sein, zu denen weitergeleitet werden darf.',
  'The application type must be web or native.': 'Die Art der Anwendung muss web oder native sein.',
  'The back-channel logout URL must be …':
    'Die Adresse für Abmeldungen muss eine absolute https-URL ohne Fragment sein.',
  'The subject type must be public or pairwise.': 'Die Art des Subjekts muss public oder pairwise sein.',
  'The sector must be an absolute https URL without a fragment.':
    'Der Sektor muss eine absolute https-URL ohne Fragment sein.',
  'Contacts must be a list …':
    'Kontakte müssen eine Liste von höchstens 20 Texten mit 1 bis 200 Zeichen sein, ohne Steuerzeichen.',
  'The logo must be …': 'Das Logo muss eine absolute http- oder https-URL mit höchstens 2.000 Zeichen sein.',
  'The privacy policy must be …':
    'Die Datenschutzerklärung muss eine absolute http- oder https-URL mit höchstens 2.000 Zeichen sein.',
  'The terms of service must be …':
    'Die Nutzungsbedingungen müssen eine absolute http- oder https-URL mit höchstens 2.000 Zeichen sein.',
  'The software id must have …': 'Die Software-ID muss 1 bis 200 Zeichen haben, und keine Steuerzeichen.',
  'The software version must have …':
    'Die Software-Version muss 1 bis 200 Zeichen haben, und keine Steuerzeichen.',
  'The grant type client_credentials is for confidential clients only (RFC 6749 4.4).':
    'Der Grant-Typ client_credentials ist nur für vertrauliche Clients (RFC 6749 4.4).',
  '{} turns the grant type {} off.': '{} schaltet den Grant-Typ {} ab.',
  'A public client cannot authenticate, …':
    'Ein öffentlicher Client kann nicht beweisen, wer er ist; sein Verfahren ist deshalb none (RFC 6749 2.1).',
  'A client has either keys or a key set URL, not both (RFC 7591 2).':
    'Die Schlüssel und die Adresse der Schlüssel schließen einander aus (RFC 7591 2).',
  'A client cannot both never ask for consent and ask for it every time. Choose one.':
    'Ein Client kann nicht zugleich keinen Benutzer um Einwilligung bitten und jedes Mal darum bitten. Wählen Sie eines.',
  'The grant types authorization_code and implicit need …':
    'Die Grant-Typen authorization_code und implicit brauchen eine Redirect-URI (RFC 6749 3.1.2.2).',
  'The redirect URI {} is listed twice.': 'Die Redirect-URI {} ist doppelt angegeben.',
  'The redirect URI {} {}': 'Die Redirect-URI {} {=}',
  'is longer than {} characters.': 'ist länger als {} Zeichen.',
  'may contain only printable ASCII characters; …':
    'darf nur druckbare ASCII-Zeichen enthalten; schreiben Sie alle anderen mit Prozentzeichen.',
  'must not contain a backslash.': 'darf keinen umgekehrten Schrägstrich enthalten.',
  'must be complete: wildcards are not supported.': 'muss vollständig sein: Platzhalter gibt es nicht.',
  'must not have a fragment (RFC 6749 3.1.2).': 'darf kein Fragment haben (RFC 6749 3.1.2).',
  'must be an absolute URI, …': 'muss eine absolute URI sein, etwa https://app.example/callback.',
  'must not use the scheme {}.': 'darf das Schema {} nicht verwenden.',
  'must not contain a username or password.': 'darf keinen Benutzernamen und kein Passwort enthalten.',
  'must use a scheme with a period, …':
    'muss ein Schema mit einem Punkt verwenden, etwa com.example.app, das keine andere App hat (RFC 8252 8.4); allow_short_schemes erlaubt andere.',
  'must name its host plainly, …': 'muss den Host deutlich nennen, etwa https://app.example/callback.',
  'must use https; …':
    'muss https verwenden; http ist nur für localhost, 127.0.0.1 und [::1] (RFC 8252 7.3) und für Hosts in OAUTH_ALLOW_HTTP_REDIRECTS.',
  // Users
  'There is a user with this name already.': 'Es gibt schon einen Benutzer mit diesem Namen.',
  'Another user already has this address.': 'Ein anderer Benutzer hat diese Adresse schon.',
  'You cannot remove your own rights: ask another member of staff.':
    'Das können Sie sich nicht selbst nehmen: Fragen Sie ein anderes Mitglied des Teams.',
  'Staff: may use these pages': 'Team: darf diese Seiten verwenden',
  'New password': 'Neues Passwort',
  'At least {} characters, without the username; …':
    'Mindestens {} Zeichen, ohne den Benutzernamen; nichts, was alle zuerst raten.',
  'Use at least {} characters.': 'Nehmen Sie mindestens {} Zeichen.',
  'Use a shorter password: at most {} bytes.': 'Nehmen Sie ein kürzeres Passwort: höchstens {} Bytes.',
  'This password contains a character that no keyboard has.':
    'Dieses Passwort enthält ein Zeichen, das keine Tastatur hat.',
  'The username must not be part of the password.': 'Der Benutzername darf nicht Teil des Passworts sein.',
  'This password is easy to guess. Choose another one.':
    'Dieses Passwort ist leicht zu erraten. Wählen Sie ein anderes.',
  'The password must have 1 to {} bytes of UTF-8, none of them NUL.':
    'Das Passwort muss 1 bis {} Bytes UTF-8 haben, keines davon NUL.',
  'The username must have 1 to 150 …':
    'Der Benutzername muss 1 bis 150 sichtbare Zeichen haben, und nicht nur Leerzeichen.',
  'This username is reserved. Choose another one.':
    'Dieser Benutzername ist reserviert. Wählen Sie einen anderen.',
  'The email address must look like name@host, at most {} characters.':
    'Die E-Mail-Adresse muss aussehen wie name@host, mit höchstens {} Zeichen.',
  'This must be one line of at most 200 characters.': 'Dies muss eine Zeile mit höchstens 200 Zeichen sein.',
  'The date must look like 1990-12-31, or be only a year.':
    'Das Datum muss wie 1990-12-31 aussehen oder nur ein Jahr sein.',
  'The time zone must be a name such as Europe/Berlin.': 'Die Zeitzone muss wie Europe/Berlin aussehen.',
  'The language must be a tag such as en or de-AT.': 'Die Sprache muss ein Kürzel wie en oder de-AT sein.',
  'This must be a web address.': 'Dies muss eine Webadresse sein.',
  'The phone number must look like +49 30 123456.': 'Die Telefonnummer muss wie +49 30 123456 aussehen.',
  // Scopes
  'The name that clients request: printable ASCII without spaces.':
    'Wie Clients darum bitten: druckbares ASCII ohne Leerzeichen.',
  'What the consent page says that an application may do.':
    'Was auf der Einwilligungsseite steht: was eine Anwendung dann darf.',
  'The name must have 1 to 100 printable characters, no spaces (RFC 6749 3.3).':
    'Der Name muss 1 bis 100 druckbare Zeichen haben, ohne Leerzeichen (RFC 6749 3.3).',
  'The description must have 1 to 500 characters.': 'Die Beschreibung muss 1 bis 500 Zeichen haben.',
  'There is a scope with this name already.': 'Es gibt schon einen Scope mit diesem Namen.',
  // Resources
  'The scopes must be scope names separated by spaces (RFC 6749 3.3), or empty.':
    'Die Scopes müssen Scope-Namen sein, durch Leerzeichen getrennt (RFC 6749 3.3), oder nichts.',
  'The lifetime of access tokens must be a whole number of seconds from 1 to {}, or empty.':
    'Die Gültigkeitsdauer von Access-Tokens muss eine ganze Zahl von Sekunden von 1 bis {} sein, oder nichts.',
  'A resource of OAUTH_RESOURCES is changed there.': 'Eine Ressource aus OAUTH_RESOURCES wird dort geändert.',
  'There is a resource with this identifier already.': 'Es gibt schon eine Ressource mit dieser Kennung.',
  'The identifier must be …':
    'Die Kennung muss eine absolute URI ohne Fragment mit höchstens 500 Zeichen sein (RFC 8707 2).',
  'There are no such scopes: {}.': 'Diese Scopes gibt es nicht: {}.',
  // Trusted issuers
  'The address must be an absolute https URL without a fragment.':
    'Die Adresse muss eine absolute https-URL ohne Fragment sein.',
  'There is a trusted issuer with this identifier already.':
    'Es gibt schon einen vertrauenswürdigen Aussteller mit dieser Kennung.',
  'The audience is too long.': 'Der Empfänger ist zu lang.',
  'The subject must be email, username or id.': 'Das Subjekt muss email, username oder id sein.',
  // Invitations
  'Invitations are created in the panel or through its API.':
    'Einladungen werden in der Verwaltung oder über ihre API erstellt.',
  'No mail can be sent there. Leave it empty to get a link to hand over.':
    'Dorthin kann keine E-Mail gesendet werden. Lassen Sie das Feld leer, um einen Link zum Weitergeben zu bekommen.',
}
