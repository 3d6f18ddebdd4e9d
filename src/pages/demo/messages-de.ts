import type { DemoMessages } from './messages.ts'

/** The texts of the demo, in German. */
export const german: DemoMessages = {
  title: 'Den ganzen Ablauf ausprobieren',
  intro:
    'Sie sind Benutzer und Anwendung zugleich: Melden Sie sich an, erlauben Sie den Zugriff und lösen Sie den Code ein, der zurückkommt.',
  steps: [
    'Als demo mit dem Passwort demo anmelden',
    'Wählen, was die Demo-Anwendung darf',
    'Den Code einlösen und die Tokens benutzen, die er wert ist',
  ],
  start: 'Beginnen',
  callbackTitle: 'Die Anwendung hat einen Code bekommen',
  callbackText:
    'Diese Seite steht für die Anwendung. In Wirklichkeit würde sie den Code jetzt einlösen, ohne ihn jemandem zu zeigen.',
  redeemForMe: 'Für mich einlösen',
  redeem: 'Oder lösen Sie ihn in einem Terminal ein; das geht einmal:',
  tokensTitle: 'Die Anwendung hat ihre Tokens',
  tokensText:
    'Eine wirkliche Anwendung behält sie auf ihrem Server und zeigt sie niemandem. Hier können Sie ausprobieren, wozu sie gut sind.',
  noTokensTitle: 'Der Code wurde abgelehnt',
  noTokensText:
    'Ein Code gilt einmal und zehn Minuten lang. Kommt einer ein zweites Mal, könnte er gestohlen sein; darum gelten auch die Tokens vom ersten Mal nicht mehr.',
  callApi: 'Eine API mit dem Access-Token aufrufen:',
  introspect: 'Fragen, wie eine API es täte, was das Token wert ist:',
  refresh: 'Mit dem Refresh-Token neue Tokens holen, bevor das Access-Token abläuft:',
  revoke: 'Alles zurücknehmen:',
  refusedTitle: 'Die Anwendung hat keinen Code bekommen',
  refusedText: 'Diese Seite steht für die Anwendung. Ihr wurde gesagt, warum:',
  nothing: 'An diese Seite wurde nichts gesendet.',
  again: 'Von vorn',
}
