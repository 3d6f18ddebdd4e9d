import type { SetupMessages } from './messages-en.ts'

/** The texts of the first run in German. */
export const german: SetupMessages = {
  title: 'Einrichten',
  intro:
    'Hier kann sich noch niemand anmelden. Legen Sie das erste Mitglied des Teams an, das alles Weitere in der Verwaltung erledigen kann.',
  issuer: 'Aussteller (Issuer)',
  issuerHint: 'Daran erkennen Anwendungen diesen Anbieter.',
  token: 'Einrichtungsschlüssel',
  tokenHint: 'npm run deploy hat ihn ausgegeben. Sonst ist es das Secret SETUP_TOKEN, das Sie gewählt haben.',
  you: 'Sie',
  client: 'Ihre erste Anwendung',
  kind: 'Art',
  kinds: {
    web: 'Webanwendung: läuft auf einem Server',
    app: 'Single-Page- oder mobile App: läuft im Browser oder auf einem Gerät',
    service: 'Dienst: handelt für sich selbst, ohne einen Menschen',
    none: 'Noch keine',
  },
  name: 'Name',
  nameHint:
    'Diesen Namen sehen Menschen, wenn sie zustimmen sollen. „Meine Anwendung“, wenn Sie nichts eintragen.',
  usualName: 'Meine Anwendung',
  redirectUri: 'Weiterleitungsadresse (Redirect URI)',
  redirectUriHint:
    'Hierhin kehren Menschen zurück, zum Beispiel https://app.example/callback. Ein Dienst braucht keine.',
  submit: 'Einrichten',
  wrongToken: 'Das ist nicht der Einrichtungsschlüssel.',
  badKind: 'Wählen Sie eine davon.',
  badName: 'Der Name darf höchstens 200 Zeichen haben.',
  badRedirectUri: 'Schreiben Sie die ganze Adresse, mit https:// am Anfang; http:// ist nur für localhost.',
  throttled: 'Zu viele Versuche. Warten Sie zehn Minuten und versuchen Sie es dann noch einmal.',
  lockedTitle: 'Noch nicht eingerichtet',
  locked:
    'Hier kann sich noch niemand anmelden. Um das erste Mitglied des Teams anzulegen, braucht diese Installation einen Einrichtungsschlüssel: Er beweist, dass sie Ihnen gehört.',
  lockedTerminal: 'Im Terminal, in dem Ordner, aus dem Sie installiert haben:',
  lockedDashboard:
    'Oder im Dashboard von Cloudflare: Öffnen Sie diesen Worker, dann Settings, dann Variables and Secrets, und legen Sie ein Secret mit dem Namen SETUP_TOKEN an. Es braucht mindestens 32 Zeichen, die niemand erraten kann.',
  lockedThen: 'Laden Sie danach diese Seite neu.',
  doneTitle: 'Alles ist eingerichtet',
  done: (username) =>
    `Sie sind als ${username} angemeldet und gehören zum Team. Niemand kann die Einrichtung noch einmal öffnen.`,
  clientId: 'Client-ID',
  clientSecret: 'Client-Geheimnis',
  secretOnce: 'Das Client-Geheimnis wird nur dieses eine Mal angezeigt. Kopieren Sie es jetzt.',
  use: 'Zeilen zum Einfügen',
  useHint: 'Legen Sie das Client-Geheimnis vorher in die Variable CLIENT_SECRET.',
  next: 'Wie es weitergeht',
  pinIssuer:
    'Legen Sie den Aussteller auf diese Adresse fest. Das kommt unter [vars] in die wrangler.toml, bevor Sie wieder installieren:',
  dropToken: 'Der Einrichtungsschlüssel ist jetzt nutzlos:',
  panel: 'Verwaltung öffnen',
  passkey: 'Passkey hinzufügen',
  account: 'Ihr Konto',
}
