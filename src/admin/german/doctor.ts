/** Was der Client-Doktor findet. */
export const doctor = {
  Check: 'Prüfen',
  'Client doctor': 'Client-Doktor',
  Diagnosis: 'Diagnose',
  'What each known client would do here, …':
    'Was jeder bekannte Client hier täte, und woran er scheitern würde. Fragen Sie nach dem Dokument eines Clients, einer Client-ID, einer Redirect-URI oder der Adresse eines MCP-Servers.',
  'Document, client id, redirect URI or MCP server': 'Dokument, Client-ID, Redirect-URI oder MCP-Server',
  'Asked about': 'Gefragt nach',
  'Step by step': 'Schritt für Schritt',
  'It is': 'Es ist',
  'What was found': 'Was gefunden wurde',
  'What known clients do': 'Was bekannte Clients tun',
  'Last refusals': 'Letzte Ablehnungen',
  client: 'ein Client',
  document: 'ein Dokument',
  'MCP server': 'ein MCP-Server',
  'redirect URI': 'eine Redirect-URI',
  nothing: 'nichts',
  right: 'richtig',
  odd: 'auffällig',
  wrong: 'falsch',
  works: 'funktioniert',
  stops: 'scheitert',
  'right:': 'Richtig:',
  'odd:': 'Auffällig:',
  'wrong:': 'Falsch:',
  '{} (works):': '{} (funktioniert):',
  '{} (stops):': '{} (scheitert):',
  // What is asked about
  'There is no client {}.': 'Es gibt keinen Client {}.',
  'There is a client’s document, as JSON.': 'Dort ist das Dokument eines Clients, als JSON.',
  'Its address may be a client id here.': 'Seine Adresse darf hier ein Client sein.',
  'Its address {}.': 'Seine Adresse {=}.',
  'The document {}.': 'Das Dokument {=}.',
  'It describes a valid client here.': 'Was es sagt, ergibt hier einen Client.',
  '{} is disabled: all its requests are refused.': '{} ist gesperrt: Jede seiner Anfragen wird abgelehnt.',
  '{} is a confidential client, and enabled.': '{} ist ein vertraulicher Client und freigegeben.',
  '{} is a public client, and enabled.': '{} ist ein öffentlicher Client und freigegeben.',
  'It has no redirect URI: nobody can be sent back to it.':
    'Er hat keine Redirect-URI: Niemand kann zu ihm zurückgeleitet werden.',
  'Answers go nowhere, as it acts for itself.':
    'Antworten gehen nirgendwohin, denn er handelt für sich selbst.',
  'Answers go to {}.': 'Antworten gehen an {}.',
  'It may refresh its tokens.': 'Er darf seine Tokens erneuern.',
  'It gets no refresh token: …':
    'Er bekommt kein Refresh-Token: Seine Benutzer kommen jedes Mal wieder, wenn ein Access-Token abläuft.',
  'Its redirect URIs are those of {}.': 'Seine Redirect-URIs sind die von {}.',
  'It may be the redirect URI of a client.': 'Sie darf die Redirect-URI eines Clients sein.',
  'No known client uses it.': 'Kein bekannter Client verwendet sie.',
  '{}: answers go there.': '{}: Antworten gehen dorthin.',
  // What known clients do
  'It finds {}, which supports PKCE with S256.': 'Er findet {}, und dort gilt PKCE mit S256.',
  'It stops: the metadata does not announce PKCE with S256.':
    'Er scheitert: Die Metadaten sagen nicht, dass PKCE mit S256 angenommen wird.',
  'It stops at the authorization endpoint: its document {}.':
    'Er scheitert am Autorisierungsendpunkt: Sein Dokument {=}.',
  'It identifies itself by its document, {}.': 'Er ist durch sein Dokument bekannt, {}.',
  'It stops: {}, and it cannot register.': 'Er scheitert: {=}, und er kann sich nicht registrieren.',
  '{}, so it registers itself.': '{=}, also registriert er sich selbst.',
  'It stops: {}, and nobody may register. Set OAUTH_REGISTRATION to open.':
    'Er scheitert: {=}, und niemand darf sich registrieren. Setzen Sie OAUTH_REGISTRATION auf open.',
  'It has no document': 'Er hat kein Dokument',
  'it has no document': 'Er hat kein Dokument',
  'The metadata does not announce that documents are accepted':
    'Die Metadaten sagen nicht, dass Dokumente angenommen werden',
  'the metadata does not announce that documents are accepted':
    'Die Metadaten sagen nicht, dass Dokumente angenommen werden',
  'It uses its document only if clients may do without a secret (none)':
    'Er verwendet sein Dokument nur, wo Clients ohne Geheimnis auskommen dürfen (none)',
  'it uses its document only if clients may do without a secret (none)':
    'Er verwendet sein Dokument nur, wo Clients ohne Geheimnis auskommen dürfen (none)',
  'It uses its stable document only if answers name their issuer':
    'Er verwendet sein festes Dokument nur, wo Antworten ihren Aussteller nennen',
  'it uses its stable document only if answers name their issuer':
    'Er verwendet sein festes Dokument nur, wo Antworten ihren Aussteller nennen',
  'It stops at the token endpoint, which supports none of {}.':
    'Er scheitert am Token-Endpunkt, der keines von {} annimmt.',
  'A person signs in and consents, and it authenticates with {}.':
    'Ein Mensch meldet sich an und willigt ein, und der Client weist sich mit {} aus.',
  'It refreshes its tokens by itself.': 'Er erneuert seine Tokens von selbst.',
  'It sends its user to the browser again …':
    'Er schickt seinen Benutzer jedes Mal wieder in den Browser, wenn ein Token abläuft: Es gibt keine Refresh-Tokens.',
  // MCP servers
  'The server {}.': 'Der Server {=}.',
  'Without a token it answers 401.': 'Ohne Token antwortet er mit 401.',
  'Without a token it answers {}: clients expect 401.':
    'Ohne Token antwortet er mit {}: Clients erwarten 401.',
  'Its challenge does not name its description (resource_metadata): …':
    'Seine Aufforderung nennt seine Beschreibung nicht (resource_metadata): Clients raten die Adresse.',
  'Its challenge names its description, {}.': 'Seine Aufforderung nennt seine Beschreibung, {}.',
  'No description of it was found (RFC 9728): clients stop here.':
    'Es wurde keine Beschreibung von ihm gefunden (RFC 9728): Clients scheitern hier.',
  'It describes itself under the address that was entered.':
    'Er beschreibt sich unter der eingegebenen Adresse.',
  'It says that it is {}: …':
    'Er nennt sich {}: Clients lehnen eine Beschreibung für eine andere Adresse ab.',
  'It sends clients here for tokens.': 'Er schickt Clients hierher, um Tokens zu holen.',
  'It names this provider after {}: some clients use only the first one.':
    'Er nennt diesen Anbieter nach {}: Manche Clients fragen nur den ersten.',
  'It sends clients to {}, and not to {}.': 'Er schickt Clients zu {} und nicht zu {}.',
  'The metadata here does not list its scope {}: …':
    'Die Metadaten hier nennen seinen Scope {} nicht: Wenn die Scope-Tabelle ihn nicht hat, werden Anfragen abgelehnt.',
  // What is wrong with an address or a document
  'describes no client here: documents are not accepted':
    'beschreibt hier keinen Client: Dokumente werden nicht angenommen',
  'has no path': 'hat keinen Pfad',
  'is not written as browsers write it': 'ist nicht so geschrieben, wie Browser sie schreiben',
  'is at a domain in OAUTH_REFUSED_CLIENT_DOMAINS':
    'liegt in einer Domain, die OAUTH_REFUSED_CLIENT_DOMAINS nennt',
  'is at a domain that is not in OAUTH_CLIENT_DOMAINS':
    'liegt in einer Domain, die OAUTH_CLIENT_DOMAINS nicht nennt',
  'is longer than 2,000 characters': 'ist länger als 2.000 Zeichen',
  'contains characters that a URL must encode': 'enthält Zeichen, die eine URL kodieren muss',
  'is not an absolute URL': 'ist keine absolute URL',
  'contains a username': 'enthält einen Benutzernamen',
  'has a fragment': 'hat ein Fragment',
  'does not use https': 'verwendet kein https',
  'is not at a public host': 'ist nicht auf einem öffentlichen Host',
  'took longer than {} seconds': 'hat länger als {} Sekunden gebraucht',
  'describes another issuer, {}': 'beschreibt einen anderen Aussteller, {}',
  'could not be reached': 'war nicht zu erreichen',
  'does not contain a JSON object': 'enthält kein JSON-Objekt',
  'redirects, which is not followed': 'leitet weiter, und dem wird nicht gefolgt',
  'answers with status {}': 'antwortet mit dem Status {}',
  'has the type {}': 'hat den Typ {}',
  'is larger than {} bytes': 'ist größer als {} Bytes',
  'is not UTF-8': 'ist kein UTF-8',
  'has no client_id': 'hat keine client_id',
  'is the document of another client: {}': 'ist das Dokument eines anderen Clients: {}',
  'has no client_name': 'hat keinen client_name',
  'has no redirect_uris': 'hat keine redirect_uris',
  'contains {}, which everybody can read there': 'enthält {}, und das können dort alle lesen',
  'authenticates only with {}; documents may name {} here':
    'weist sich allein mit {} aus; Dokumente dürfen hier {} nennen',
  'has {} that is not a list of strings': 'hat {}, und das ist keine Liste von Texten',
  'cannot be used: {}': 'ist nicht verwendbar: {=}',
  'Its address has a query, which an address of a client should not have.':
    'Seine Adresse hat einen Query-Teil, den die Adresse eines Clients nicht haben sollte.',
  'Its home page is at another host, {}: it is not shown.':
    'Seine Website liegt auf einem anderen Host, {}: Sie wird niemandem gezeigt.',
  'The client cannot have these grant types here: {}.':
    'Diese Grant-Typen kann der Client hier nicht haben: {}.',
}
