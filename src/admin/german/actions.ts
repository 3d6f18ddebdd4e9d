/** Was getan werden kann, was vorher gefragt und was danach gesagt wird. */
export const actions = {
  Delete: 'Löschen',
  'Delete {}?': '{} löschen?',
  Disable: 'Sperren',
  'Disable {}?': '{} sperren?',
  Enable: 'Freigeben',
  'Enable {}?': '{} freigeben?',
  Revoke: 'Widerrufen',
  'Revoke all tokens': 'Alle Tokens widerrufen',
  'Revoke all tokens of {}?': 'Alle Tokens widerrufen: {}?',
  'Revoke {}?': '{} widerrufen?',
  Withdraw: 'Zurückziehen',
  'Withdraw {}?': '{} zurückziehen?',
  'This also deletes the consents ({}), grants ({}) and access tokens ({}).':
    'Gelöscht werden auch die Einwilligungen ({=}), Grants ({=}) und Access-Tokens ({=}).',
  '1,000 or more': '1.000 oder mehr',
  'The token ends at once. …':
    'Das Token gilt sofort nicht mehr. Ein Refresh-Token desselben Grants kann noch ein neues holen.',
  'The token ends, with its grant and …':
    'Das Token gilt nicht mehr, ebenso sein Grant und jedes Access-Token, das zu ihm gehört.',
  'The grant ends, with …':
    'Der Grant endet, ebenso sein Refresh-Token und jedes Access-Token, das zu ihm gehört.',
  '1 token is revoked.': '1 Token ist widerrufen.',
  '{} tokens are revoked.': '{} Tokens sind widerrufen.',
  'The consent ends, with …':
    'Die Einwilligung endet, ebenso jeder Grant und jedes Token, die zu ihr gehören. Die Anwendung muss neu fragen.',
  'The consent is withdrawn.': 'Die Einwilligung ist zurückgezogen.',
  'Sign out': 'Abmelden',
  'Sign out {}?': '{} abmelden?',
  'The browser is signed out. Applications keep their access.':
    'Der Browser wird abgemeldet. Anwendungen behalten ihren Zugriff.',
  'The browser is signed out.': 'Der Browser ist abgemeldet.',
  // Clients
  'Rotate secret': 'Geheimnis erneuern',
  'Rotate the secret of {}?': 'Geheimnis von {} erneuern?',
  'The client gets a new secret, …':
    'Der Client bekommt ein neues Geheimnis, das einmal angezeigt wird. Höchstens zwei Geheimnisse gelten zugleich.',
  'Current secret': 'Das jetzige Geheimnis',
  'stays valid for a day': 'gilt noch einen Tag',
  'stays valid for an hour': 'gilt noch eine Stunde',
  'stays valid for a week': 'gilt noch eine Woche',
  'expires at once': 'gilt sofort nicht mehr',
  '{} has a new secret.': '{} hat ein neues Geheimnis.',
  'Every grant and token of the client ends at once. Consents stay.':
    'Jeder Grant und jedes Token des Clients endet sofort. Einwilligungen bleiben.',
  'The client and its tokens are refused everywhere, …':
    'Der Client wird überall abgelehnt, und seine Tokens mit ihm, bis er wieder freigegeben wird.',
  'The client works again, and so do its tokens that are still valid.':
    'Der Client wird wieder angenommen, ebenso seine noch gültigen Tokens.',
  'The client is permanently deleted, …':
    'Der Client verschwindet für immer, mit seinen Geheimnissen, Einwilligungen, Grants und Tokens.',
  '{} is disabled.': '{} ist gesperrt.',
  '{} is enabled.': '{} ist freigegeben.',
  '{} is deleted, with its consents and tokens.': '{} ist gelöscht, mit allen Einwilligungen und Tokens.',
  'The client {} is created.': 'Der Client {} ist angelegt.',
  'The client {} is changed.': 'Der Client {} ist geändert.',
  // Users
  'Reset password': 'Passwort zurücksetzen',
  'Reset the password of {}?': 'Passwort von {} zurücksetzen?',
  'The user gets this password, …':
    'Der Benutzer bekommt dieses Passwort und verliert alle verknüpften Konten, Sitzungen, Grants und Tokens.',
  '{} has a new password, and is signed out everywhere.':
    '{} hat ein neues Passwort und ist überall abgemeldet.',
  'Change your own password on your account page, …':
    'Ändern Sie Ihr eigenes Passwort auf Ihrer Kontoseite, mit dem jetzigen.',
  'Restore access': 'Zugang wiederherstellen',
  'Let {} choose a new password?': '{} ein neues Passwort wählen lassen?',
  'The user gets a link by mail, …':
    'Der Benutzer bekommt einen Link per E-Mail, oder Sie bekommen ihn zum Weitergeben. Er gilt einmal und einen Tag lang; bis er benutzt wird, bleibt alles, wie es ist. Dann wählt der Benutzer, welche Passkeys und verknüpften Konten bleiben, wenn die Adresse bestätigt ist; sonst enden sie.',
  'There is no page here on which people could regain access.':
    'Es gibt hier keine Seite, über die jemand wieder in sein Konto kommt.',
  'Restore access for {}?': 'Zugang von {} wiederherstellen?',
  '{} gets a mail with a link to sign in at {}.':
    '{} bekommt eine E-Mail mit einem Link zum Anmelden, an {}.',
  '{} can sign in with this link. …':
    '{} kann sich mit diesem Link anmelden. Er gilt einmal und einen Tag lang. Geben Sie ihn niemand anderem.',
  'Passwords are turned off here: omit it.': 'Hier hat niemand ein Passwort: Lassen Sie es weg.',
  '{} gets a mail with a link for a new password at {}.':
    '{} bekommt eine E-Mail mit einem Link für ein neues Passwort, an {}.',
  '{} can choose a new password with this link. …':
    '{} kann mit diesem Link ein neues Passwort wählen. Er gilt einmal und einen Tag lang. Geben Sie ihn niemand anderem.',
  'Sign out everywhere': 'Überall abmelden',
  'Sign out {} everywhere?': '{} überall abmelden?',
  'Every browser of the user is signed out. …':
    'Jeder Browser des Benutzers wird abgemeldet. Anwendungen behalten ihren Zugriff, und Passkeys und verknüpfte Konten gelten weiter.',
  '{} is signed out: 1 session ended.': '{} ist abgemeldet: 1 Sitzung beendet.',
  '{} is signed out: {} sessions ended.': '{} ist abgemeldet: {} Sitzungen beendet.',
  'Remove second factor': 'Zweiten Faktor entfernen',
  'Remove the second factor of {}?': 'Zweiten Faktor von {} entfernen?',
  'Verify who is asking: …':
    'Vergewissern Sie sich, wer darum bittet: Danach genügt das Passwort allein, bis ein zweiter Faktor neu eingerichtet ist. Der Benutzer verliert alle Sitzungen, Grants und Tokens; Passkeys bleiben.',
  'Verify who is asking. …':
    'Vergewissern Sie sich, wer darum bittet. Der Benutzer verliert alle Sitzungen, Grants und Tokens; Passkeys bleiben.',
  'Turn it off on your account page.': 'Schalten Sie ihn auf Ihrer Kontoseite ab.',
  '{} no longer has a second factor, and is signed out everywhere.':
    '{} hat keinen zweiten Faktor mehr und ist überall abgemeldet.',
  'Disconnect accounts': 'Verknüpfungen aufheben',
  'Disconnect all accounts of {} elsewhere?': 'Alle Verknüpfungen von {} mit Konten anderswo aufheben?',
  'The user can no longer sign in with any of them, …':
    'Der Benutzer meldet sich mit keinem dieser Konten mehr an und verliert alle Sitzungen, Grants und Tokens. Stellen Sie den Zugang wieder her, wenn kein anderer Weg hineinführt.',
  'Disconnect them on your account page.': 'Heben Sie die Verknüpfungen auf Ihrer Kontoseite auf.',
  '{} no longer has connected accounts, …':
    '{} hat keine verknüpften Konten mehr und ist überall abgemeldet.',
  'Every grant and token of the user ends at once.':
    'Jeder Grant und jedes Token des Benutzers endet sofort.',
  '{} has lost 1 token.': '{} hat 1 Token verloren.',
  '{} has lost {} tokens.': '{} hat {} Tokens verloren.',
  'The user can no longer sign in, …':
    'Der Benutzer kann sich nicht mehr anmelden und verliert alle Sitzungen, Grants und Tokens.',
  '{} is disabled and signed out.': '{} ist gesperrt und abgemeldet.',
  'The user may sign in again.': 'Der Benutzer darf sich wieder anmelden.',
  '{} may sign in again.': '{} darf sich wieder anmelden.',
  'The user is permanently deleted, …':
    'Der Benutzer verschwindet für immer, mit allen Sitzungen, Einwilligungen, Grants und Tokens.',
  '{} is deleted, with all consents and tokens.': '{} ist gelöscht, mit allen Einwilligungen und Tokens.',
  'The user {} is created.': 'Der Benutzer {} ist angelegt.',
  'The user {} is changed.': 'Der Benutzer {} ist geändert.',
  // Scopes
  'This scope is no longer granted. …':
    'Niemand bekommt diesen Scope mehr. Tokens, die ihn haben, behalten ihn, bis sie ablaufen.',
  'The scope {} is created.': 'Der Scope {} ist angelegt.',
  'The scope {} is changed.': 'Der Scope {} ist geändert.',
  'The scope {} is deleted.': 'Der Scope {} ist gelöscht.',
  // Signing keys
  'Rotate the keys': 'Schlüssel wechseln',
  'Rotate the signing keys?': 'Signaturschlüssel wechseln?',
  'The next keys sign from now on. …':
    'Von nun an signieren die nächsten Schlüssel. Die jetzigen werden abgelöst und bleiben veröffentlicht, bis alles abgelaufen ist, was sie signiert haben. Der Worker tut dies alle 90 Tage von selbst; tun Sie es jetzt, wenn jemand anderes einen Schlüssel kennen könnte.',
  'From now on these keys sign: {}': 'Von nun an signieren diese Schlüssel: {}',
  'There is no next key yet: …':
    'Es gibt noch keinen nächsten Schlüssel: Der Worker erzeugt einen, wenn er signiert, und mit seinem Cron-Trigger.',
  'Clients cannot have fetched the next key yet. Try again in {} seconds.':
    'Clients können den nächsten Schlüssel noch nicht geholt haben. Versuchen Sie es in {} Sekunden wieder.',
  // Resources
  'Access to it is no longer granted. …':
    'Niemand bekommt mehr Zugriff darauf. Tokens dafür gelten, bis sie ablaufen; auch die von Grants, die erneuert werden.',
  'The resource {} is created.': 'Die Ressource {} ist angelegt.',
  'The resource {} is changed.': 'Die Ressource {} ist geändert.',
  'The resource {} is deleted.': 'Die Ressource {} ist gelöscht.',
  // Trusted issuers
  'Its assertions are no longer accepted. …':
    'Seinen Aussagen wird nicht mehr geglaubt. Tokens, die sie eingebracht haben, gelten, bis sie ablaufen.',
  'The issuer {} is trusted.': 'Dem Aussteller {} wird vertraut.',
  'The issuer {} is changed.': 'Der Aussteller {} ist geändert.',
  'The issuer {} is no longer trusted.': 'Dem Aussteller {} wird nicht mehr vertraut.',
  // Invitations
  'Nobody can sign up with it anymore.': 'Niemand kann damit mehr ein Konto anlegen.',
  'The invitation is on its way to {}.': 'Die Einladung ist unterwegs an {}.',
  'Hand this link over: …':
    'Geben Sie diesen Link weiter: Eine Person kann damit innerhalb einer Woche ein Konto anlegen.',
  'The invitation is withdrawn.': 'Die Einladung ist zurückgezogen.',
}
