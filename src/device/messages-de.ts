import type { DeviceMessages } from './messages-en.ts'

/** The texts of a device's sign-in in German. */
export const german: DeviceMessages = {
  title: 'Gerät verbinden',
  intro: 'Geben Sie den Code ein, den Ihr Gerät anzeigt.',
  prefilled:
    'Vergleichen Sie diesen Code mit dem auf Ihrem Gerät. Fahren Sie nur fort, wenn beide gleich sind.',
  code: 'Code',
  codeHint: 'Acht Buchstaben, etwa BCDF-GHJK.',
  submit: 'Weiter',
  wrongCode:
    'Auf diesen Code wartet kein Gerät. Vergleichen Sie ihn mit Ihrem Gerät, oder lassen Sie das Gerät einen neuen anzeigen.',
  throttled: (minutes) => `Zu viele Versuche. Versuchen Sie es in ${minutes} Minuten wieder.`,
  confirmTitle: (name) => `${name} verbinden?`,
  sameCode: 'Code auf dem Gerät',
  asked: 'Angefragt',
  from: 'Angefragt von',
  unknownNetwork: 'einem unbekannten Netz',
  sameNetwork: (network) => `${network}, Ihrem Netz`,
  warning: (name) =>
    `Fahren Sie nur fort, wenn Sie ${name} selbst gestartet haben, auf einem Gerät, das vor Ihnen steht und diesen Code anzeigt.`,
  warningAdvice:
    'Hat Ihnen jemand diesen Code oder einen Link damit geschickt, dann brechen Sie ab: Wer das Gerät hat, bekäme Zugriff auf Ihr Konto.',
  otherNetwork: (network) => `Das Gerät hat aus einem anderen Netz als Ihrem angefragt: ${network}.`,
  approvedTitle: 'Ihr Gerät ist verbunden',
  approved: (name) =>
    `${name} macht in wenigen Sekunden von selbst weiter. Sie können diese Seite schließen.`,
  deniedTitle: 'Ihr Gerät wurde nicht verbunden',
  denied: (name) => `${name} hat keinen Zugriff auf Ihr Konto.`,
  goneTitle: 'Der Code gilt nicht mehr',
  gone: 'Er ist abgelaufen oder wurde schon beantwortet. Lassen Sie das Gerät einen neuen anzeigen.',
  account: 'Ansehen, was Zugriff auf Ihr Konto hat',
}
