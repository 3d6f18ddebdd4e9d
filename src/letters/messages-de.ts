import type { MailMessages } from './messages-en.ts'

/** The texts of mails and the pages around them, in German. */
export const german: MailMessages = {
  mail: {
    minutes: (minutes) => `Das geht nur einmal und nur ${minutes} Minuten lang.`,
    aWeek: 'Das geht nur einmal und nur eine Woche lang.',
    aDay: 'Das geht nur einmal und nur einen Tag lang.',
    ignore: 'Falls Sie das nicht wollten, beachten Sie diese Mail nicht: Es ändert sich nichts.',
    notYou:
      'Falls Sie das nicht waren, hat vielleicht jemand anderes Zugriff auf Ihr Konto. Sagen Sie es sofort den Betreibern dieses Dienstes.',
    identifier: 'Benutzername oder E-Mail-Adresse',
    spam: 'Sehen Sie auch im Spam-Ordner nach, wenn sie nicht ankommt.',
    back: 'Zurück zur Anmeldung',
    deadTitle: 'Dieser Link funktioniert nicht',
    deadText: 'Er wurde schon benutzt oder ist abgelaufen.',
  },
  addresses: {
    title: 'E-Mail-Adresse',
    hint: 'An diese Adresse schreiben wir, wenn Sie einen Weg zurück in Ihr Konto brauchen.',
    manage: 'E-Mail-Adresse verwalten',
    verified: 'Bestätigt',
    notVerified: 'Nicht bestätigt',
    proveHint: 'Zeigen Sie, dass diese Adresse Ihnen gehört: Wir schicken einen Code dorthin.',
    send: 'Code schicken',
    sendTo: 'Code an diese Adresse schicken',
    sentTo: (address) =>
      `Wir haben einen Code an ${address} geschickt. Er gilt zehn Minuten. Sehen Sie auch im Spam-Ordner nach, wenn er nicht ankommt.`,
    code: 'Code aus der Mail',
    confirm: 'Bestätigen',
    again: 'Noch einen Code schicken',
    later: 'Später',
    add: 'Adresse hinzufügen',
    change: 'Andere Adresse benutzen',
    newAddress: 'Neue E-Mail-Adresse',
    changeHint: 'Sie ersetzt die bisherige, sobald Sie den Code eingeben, den wir dorthin schicken.',
    confirmFirst: 'Sie haben sich vor einiger Zeit angemeldet. Bestätigen Sie zuerst, dass Sie es sind.',
    confirmIt: 'Bestätigen, dass Sie es sind',
    confirmTitle: 'E-Mail-Adresse bestätigen',
    confirmText: (address, username) => `Soll ${address} die E-Mail-Adresse Ihres Kontos ${username} sein?`,
    signedOutText: 'Sie sind in diesem Browser nicht angemeldet.',
    signedOutAdvice:
      'Melden Sie sich an und öffnen Sie den Link noch einmal, oder geben Sie den Code aus der Mail dort ein, wo Sie ihn angefordert haben.',
    deadAdvice: 'Fordern Sie einen neuen Code an.',
    codeGone: 'Dieser Code ist abgelaufen. Fordern Sie einen neuen an.',
    wrongCode: 'Das ist nicht der Code. Nach fünf Versuchen brauchen Sie einen neuen.',
    taken: 'Diese Adresse gehört schon zu einem anderen Konto.',
    tooMany: 'Sie haben zu viele Mails angefordert. Versuchen Sie es später wieder.',
    done: (address) => `${address} ist die bestätigte Adresse Ihres Kontos.`,
    letter: {
      subject: (code, site) => `${code} ist Ihr Code für ${site}`,
      text: (site) => `Geben Sie diesen Code ein, um Ihre E-Mail-Adresse für ${site} zu bestätigen:`,
      link: 'Oder öffnen Sie diesen Link in dem Browser, in dem Sie angemeldet sind',
    },
    changed: {
      subject: (site) => `Ihre E-Mail-Adresse für ${site} wurde geändert`,
      text: (site, address) =>
        `Die E-Mail-Adresse Ihres Kontos für ${site} ist jetzt ${address}. Von nun an schreiben wir dorthin.`,
    },
  },
  recovery: {
    offer: 'Passwort vergessen?',
    title: 'Passwort vergessen?',
    hint: 'Wir schicken Ihnen einen Link, mit dem Sie ein neues wählen.',
    submit: 'Link schicken',
    sentTitle: 'Sehen Sie in Ihrem Postfach nach',
    sent: 'Wenn es ein solches Konto gibt und es eine E-Mail-Adresse hat, ist ein Link für ein neues Passwort unterwegs.',
    newTitle: 'Neues Passwort wählen',
    newHint: (username) =>
      `Für das Konto ${username}. Andere Browser werden abgemeldet, und Anwendungen müssen neu fragen.`,
    passkey: (name) => `Passkey: ${name}`,
    linkedAccount: (provider, name) => `${provider}: ${name}`,
    others:
      'Auch damit können Sie sich anmelden. Wählen Sie aus, was Sie kennen: Alles andere wird entfernt.',
    byMail: 'Ein Passwort per Mail wählen und sich damit anmelden',
    again: 'Einen neuen Link anfordern',
    done: 'Ihr Passwort ist geändert. Melden Sie sich damit an.',
    letter: {
      subject: (site) => `Ein neues Passwort für ${site}`,
      text: (site) => `Jemand, hoffentlich Sie, hat das Passwort Ihres Kontos für ${site} vergessen.`,
      link: 'Neues Passwort wählen',
    },
    changed: {
      subject: (site) => `Ihr Passwort für ${site} wurde geändert`,
      text: (site) =>
        `Das Passwort Ihres Kontos für ${site} wurde mit einem Link geändert, den wir an diese Adresse geschickt haben.`,
    },
  },
  backIn: {
    hint: (username) => `Melden Sie sich mit diesem Browser am Konto ${username} an.`,
    letter: {
      subject: (site) => `Bei ${site} anmelden`,
      text: (site) => `Die Betreiber von ${site} lassen Sie wieder in Ihr Konto.`,
      link: 'Anmelden',
    },
  },
  signInLink: {
    title: 'Mit einer Mail anmelden',
    hint: 'Wir schicken Ihnen einen Code und einen Link, mit denen Sie sich anmelden.',
    submit: 'Mail schicken',
    codeTitle: 'Sehen Sie in Ihrem Postfach nach',
    sent: 'Wenn es ein solches Konto gibt und es eine E-Mail-Adresse hat, ist ein Code unterwegs. Geben Sie ihn hier ein, oder öffnen Sie den Link aus der Mail in diesem Browser. Sehen Sie auch im Spam-Ordner nach, wenn sie nicht ankommt.',
    wrongCode:
      'Das ist nicht der Code, oder er ist abgelaufen. Nach fünf Versuchen brauchen Sie einen neuen.',
    enterHint: 'Fahren Sie fort, um sich in diesem Browser anzumelden.',
    otherBrowser:
      'Er funktioniert nur in dem Browser, in dem Sie ihn angefordert haben. Geben Sie dort den Code aus der Mail ein.',
    otherMail: 'Dieser Link stammt nicht aus der Mail, die Sie in diesem Browser zuletzt angefordert haben.',
    letter: {
      subject: (site) => `Bei ${site} anmelden`,
      text: (site) => `Geben Sie diesen Code dort ein, wo Sie sich bei ${site} anmelden wollen:`,
      link: 'Oder öffnen Sie diesen Link im selben Browser',
      secret: 'Verraten Sie den Code niemandem, und geben Sie ihn nirgends sonst ein.',
    },
  },
  invitations: {
    closedTitle: 'Nur mit Einladung',
    closed: 'Für ein Konto brauchen Sie eine Einladung. Bitten Sie die Betreiber dieses Dienstes darum.',
    askHint: (domains) =>
      `Wir schicken Ihnen einen Link, mit dem Sie das Konto anlegen. Ihre Adresse muss bei ${domains.join(' oder ')} sein.`,
    ask: 'Link schicken',
    otherDomain: (domains) => `Benutzen Sie eine Adresse bei ${domains.join(' oder ')}.`,
    sent: 'Ein Link, mit dem Sie Ihr Konto anlegen, ist unterwegs.',
    letter: {
      subject: (site) => `Ihre Einladung zu ${site}`,
      text: (site) => `Sie sind eingeladen, ein Konto bei ${site} anzulegen.`,
      link: 'Konto anlegen',
    },
  },
}
