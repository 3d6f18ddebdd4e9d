import { clientGerman } from './client-messages-de.ts'
import { consentGerman } from './consent-messages-de.ts'
import type { PageMessages } from './messages.ts'
import { germanSignIn } from './sign-in-messages-de.ts'

/** The texts in German. */
export const german: PageMessages = {
  common: {
    skip: 'Zum Inhalt springen',
    error: 'Fehler',
    language: 'Sprache',
    signOut: 'Abmelden',
    signIn: 'Anmelden',
    username: 'Benutzername',
    email: 'E-Mail (freiwillig)',
    password: 'Passwort',
    backToAccount: 'Zurück zum Konto',
    yourAccount: 'Ihr Konto',
    never: 'Nie',
    unknown: 'Unbekannt',
    account: 'Konto',
    panel: 'Verwaltung',
    signedInAs: (username) => `Angemeldet als ${username}`,
  },
  login: {
    title: 'Anmelden',
    continueTo: (client) => `um mit ${client} fortzufahren`,
    submit: 'Anmelden',
    or: 'oder',
    identifier: 'E-Mail oder Benutzername',
    wrong: 'Benutzername oder Passwort ist falsch.',
    wrongAdvice: 'Prüfen Sie beides, und ob die Feststelltaste eingeschaltet ist.',
    throttled: (minutes) =>
      `Zu viele Versuche. Versuchen Sie es in ${minutes === 1 ? 'einer Minute' : `${minutes} Minuten`} wieder.`,
    required: 'Melden Sie sich noch einmal an, um fortzufahren.',
    noAccount: 'Noch kein Konto?',
    signUp: 'Konto anlegen',
  },
  consent: consentGerman,
  handover: {
    title: 'Einen Augenblick',
    text: (host) => `Es geht zurück zu ${host}.`,
    again: 'Es geschieht nichts? Noch einmal versuchen',
  },
  selectAccount: {
    title: 'Konto wählen',
    submit: (username) => `Weiter als ${username}`,
    other: 'Anderes Konto verwenden',
    answered: (client) =>
      `Ihre Antwort ist schon bei ${client} angekommen. Sie können noch einmal dorthin gehen.`,
  },
  scopes: { read: 'Ihre Daten lesen', write: 'Ihre Daten ändern' },
  logout: {
    title: 'Abmelden?',
    askedBy: (application) => `${application} bittet Sie, sich auch hier abzumelden.`,
    asks: (username) =>
      `Sie sind als ${username} angemeldet. Anwendungen, denen Sie Zugriff gegeben haben, behalten ihn.`,
    submit: 'Abmelden',
    stay: 'Angemeldet bleiben',
    doneTitle: 'Sie sind abgemeldet',
    done: 'Dieser Browser hat keinen Zugriff auf Ihr Konto mehr.',
    back: (application) => `Zurück zu ${application}`,
    again: 'Wieder anmelden',
  },
  account: {
    title: 'Ihr Konto',
    contents: 'Auf dieser Seite',
    groups: { profile: 'Profil', security: 'Anmeldung und Sicherheit', data: 'Aktivität und Ihre Daten' },
    applications: 'Anwendungen',
    applicationsHint: 'Sie dürfen Ihre Daten nutzen, bis Sie den Zugriff entziehen.',
    noApplications: 'Keine Anwendung hat Zugriff',
    noApplicationsHint: 'Was Sie erlauben, steht dann hier, und hier können Sie es auch zurücknehmen.',
    authorizedSince: 'Erlaubt seit',
    lastUsed: 'Zuletzt genutzt',
    repeatedElsewhere: 'Der Zugriff dieser Anwendung wurde auch aus einem anderen Netz genutzt.',
    repeatedElsewhereAdvice:
      'Das kommt vor, wenn ein Telefon das Netz wechselt. Können Sie es sich nicht erklären, entziehen Sie den Zugriff: Die Anwendung muss dann neu fragen.',
    repeatedElsewhereAt: 'Aus anderem Netz',
    revoke: 'Entziehen',
    revokeAsks: (client) => `${client} verliert den Zugriff sofort und muss Sie erneut fragen.`,
    revokeNow: 'Zugriff entziehen',
    revokeOf: (client) => `Entziehen: Zugriff von ${client}`,
    sessions: 'Anmeldungen',
    sessionsHint: 'Browser, die an Ihrem Konto angemeldet sind. Melden Sie ab, was Sie nicht kennen.',
    since: 'Seit',
    lastSeen: 'Zuletzt gesehen',
    network: 'Netz',
    place: 'Ort',
    thisOne: 'Dieser Browser',
    endSession: 'Abmelden',
    endSessionOf: (device) => `Abmelden: ${device}`,
    endOthers: 'Überall sonst abmelden',
    onlyThis: 'Sie sind sonst nirgends angemeldet.',
    changePassword: 'Passwort',
    changePasswordHint:
      'Ein neues Passwort beendet Ihre anderen Anmeldungen und den Zugriff aller Anwendungen.',
    currentPassword: 'Aktuelles Passwort',
    newPassword: 'Neues Passwort',
    repeatedPassword: 'Neues Passwort noch einmal',
    changePasswordSubmit: 'Passwort ändern',
    accessEnded: (client, tokens) =>
      `Zugriff von ${client} beendet: ${tokens} ${tokens === 1 ? 'Token' : 'Tokens'} entzogen.`,
    sessionEnded: 'Der Browser ist abgemeldet.',
    othersEnded: (sessions) =>
      sessions === 0
        ? 'Sie waren sonst nirgends angemeldet.'
        : `${sessions === 1 ? 'Ein anderer Browser ist' : `${sessions} andere Browser sind`} abgemeldet.`,
    passwordChanged:
      'Ihr Passwort ist geändert. Andere Browser sind abgemeldet, und Anwendungen müssen neu fragen.',
    gone: 'Das war schon beendet; es gab nichts zu tun.',
  },
  front: {
    title: 'Willkommen',
    intro: 'Mit Ihrem Konto melden Sie sich bei Anwendungen an und bestimmen, was jede von ihnen darf.',
    admin: 'Verwaltung',
    demo: 'Den ganzen Ablauf mit der Demo-Anwendung ausprobieren',
  },
  signUp: {
    title: 'Konto anlegen',
    submit: 'Konto anlegen',
    repeated: 'Passwort noch einmal',
    haveAccount: 'Schon ein Konto?',
  },
  fields: {
    emailAddress: 'E-Mail-Adresse',
    knownPassword:
      'Dieses Passwort ist aus einem Datenleck bei einem anderen Dienst bekannt. Wählen Sie ein anderes.',
    invitationOver: 'Er wurde schon benutzt oder ist abgelaufen.',
    passwordHint: (least) =>
      `Mindestens ${least} Zeichen, ohne Ihren Benutzernamen. Ein paar Wörter ohne Zusammenhang sind leicht zu merken und schwer zu erraten.`,
    problems: (count) =>
      count === 1 ? 'Ein Feld stimmt noch nicht:' : `${count} Felder stimmen noch nicht:`,
    missing: 'Bitte ausfüllen.',
    wrongPassword: 'Das ist nicht Ihr aktuelles Passwort.',
    tooShort: (least) => `Nehmen Sie mindestens ${least} Zeichen.`,
    tooLong: (most) => `Nehmen Sie ein kürzeres Passwort: höchstens ${most} Bytes.`,
    tooCommon: 'Dieses Passwort ist leicht zu erraten. Wählen Sie ein anderes.',
    notText: 'Dieses Passwort enthält ein Zeichen, das keine Tastatur hat.',
    holdsName: 'Ihr Benutzername darf nicht Teil des Passworts sein.',
    notRepeated: 'Die beiden Passwörter sind verschieden.',
    usernameHint:
      'Ein bis 150 sichtbare Zeichen, in jeder Schrift. Er darf nicht aussehen wie der Name von jemand anderem.',
    taken:
      'Dieser Benutzername ist vergeben oder sieht aus wie einer, der vergeben ist. Wählen Sie einen anderen.',
    badUsername: 'Nehmen Sie 1 bis 150 sichtbare Zeichen.',
    notAnAddress: 'Wählen Sie einen Benutzernamen, der keine E-Mail-Adresse ist.',
    reservedUsername: 'Dieser Benutzername ist reserviert. Wählen Sie einen anderen.',
    emailTaken: 'Ein anderes Konto hat diese Adresse schon.',
    badEmail: 'Schreiben Sie eine E-Mail-Adresse wie name@example.org.',
  },
  problems: {
    unauthorizedClient: {
      title: 'Unbekannte Anwendung',
      what: 'Diese Website kennt die Anwendung nicht, die Sie hierher geschickt hat.',
      advice:
        'Es wurde nichts weitergegeben. Gehen Sie zurück zur Anwendung und versuchen Sie es noch einmal; geschieht es wieder, sagen Sie es ihren Betreibern.',
    },
    redirectMismatch: {
      title: 'Falsche Rücksprungadresse',
      what: 'Die Anwendung wollte Sie an eine Adresse schicken, die sie nicht angemeldet hat.',
      advice:
        'Es wurde nichts weitergegeben, und Sie wurden nicht weitergeleitet. Wenn Sie der Anwendung trauen, sagen Sie es ihren Betreibern.',
    },
    clientDocument: {
      title: 'Diese Anwendung lässt sich nicht erkennen',
      what: 'Das Dokument, das die Anwendung beschreibt, ist nicht verwendbar.',
      advice:
        'Es wurde nichts weitergegeben. Gehen Sie zurück zur Anwendung und versuchen Sie es später noch einmal; geschieht es wieder, sagen Sie es ihren Betreibern.',
    },
    sessionExpired: {
      title: 'Das hat zu lange gedauert',
      what: 'Die Anfrage der Anwendung ist abgelaufen.',
      advice: 'Gehen Sie zurück zur Anwendung und beginnen Sie von vorn. Es wurde nichts weitergegeben.',
    },
    insecure: {
      title: 'Diese Verbindung ist nicht sicher',
      what: 'Eine sichere Verbindung ist nötig.',
      advice: 'Öffnen Sie dieselbe Adresse mit https:// am Anfang.',
    },
    antiForgery: {
      title: 'Dieses Formular ist veraltet',
      what: 'Das Formular wurde vor zu langer Zeit geöffnet, oder Sie haben sich seither an- oder abgemeldet.',
      advice:
        'Gehen Sie zurück, laden Sie die Seite neu und senden Sie sie noch einmal. Es wurde nichts geändert.',
    },
    invalidRequest: {
      title: 'Diese Anfrage lässt sich nicht beantworten',
      what: 'Die Anwendung hat eine fehlerhafte Anfrage gesendet.',
      advice:
        'Gehen Sie zurück zur Anwendung und versuchen Sie es noch einmal; geschieht es wieder, sagen Sie ihren Betreibern, was hier steht.',
    },
    throttled: {
      title: 'Zu viele Versuche',
      what: 'Es gab zu viele Versuche.',
      advice: 'Warten Sie zehn Minuten und versuchen Sie es wieder.',
    },
    forbidden: {
      title: 'Nicht für dieses Konto',
      what: 'Ihr Konto darf dies nicht.',
      advice: 'Melden Sie sich mit einem anderen Konto an, oder fragen Sie die Betreiber dieser Seite.',
    },
    notFound: {
      title: 'Hier ist nichts',
      what: 'Unter dieser Adresse gibt es keine Seite.',
      advice: 'Prüfen Sie die Adresse, oder gehen Sie zu Ihrem Konto.',
    },
    unavailable: {
      title: 'Zurzeit nicht erreichbar',
      what: 'Ein Teil dieses Dienstes antwortet nicht.',
      advice: 'Es wurde nichts geändert. Warten Sie einen Moment und versuchen Sie es noch einmal.',
    },
    unexpected: {
      title: 'Etwas ist schiefgegangen',
      what: 'Ein unerwarteter Fehler hat diese Anfrage abgebrochen.',
      advice:
        'Versuchen Sie es noch einmal; geschieht es wieder, nennen Sie den Betreibern die Referenz unten.',
    },
  },
  error: { detail: 'Einzelheiten für Entwickler', id: 'Referenz', home: 'Zu Ihrem Konto' },
  formPost: {
    title: 'Einen Moment',
    text: (host) => `Sie werden zu ${host} zurückgeleitet.`,
    submit: 'Weiter',
    refused: 'Die Rücksprungadresse ist keine Webadresse, deshalb wurde nichts gesendet.',
  },
  device: {
    on: (browser, system) => `${browser} unter ${system}`,
    unknown: 'Unbekannter Browser',
  },
  ...clientGerman,
  ...germanSignIn,
}
