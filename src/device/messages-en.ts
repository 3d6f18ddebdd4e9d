/** The texts of a device's sign-in in English. */
export const english = {
  title: 'Connect a device',
  intro: 'Enter the code that your device shows.',
  prefilled: 'Compare this code with the one on your device. Continue only if they are the same.',
  code: 'Code',
  codeHint: 'Eight letters, such as BCDF-GHJK.',
  submit: 'Continue',
  wrongCode:
    'No device is waiting for this code. Compare it with your device, or let the device show a new one.',
  throttled: (minutes: number) => `Too many attempts. Try again in ${minutes} minutes.`,
  confirmTitle: (name: string) => `Connect ${name}?`,
  sameCode: 'Code on the device',
  asked: 'Asked',
  from: 'Asked from',
  unknownNetwork: 'an unknown network',
  sameNetwork: (network: string) => `${network}, your network`,
  warning: (name: string) =>
    `Continue only if you started ${name} yourself, on a device that is in front of you and shows this code.`,
  warningAdvice:
    'If somebody sent you this code or a link with it, cancel: whoever has the device would get access to your account.',
  otherNetwork: (network: string) => `The device asked from another network than yours: ${network}.`,
  approvedTitle: 'Your device is connected',
  approved: (name: string) => `${name} continues by itself in a few seconds. You can close this page.`,
  deniedTitle: 'Your device was not connected',
  denied: (name: string) => `${name} has no access to your account.`,
  goneTitle: 'The code is no longer valid',
  gone: 'It has expired, or has already been answered. Let the device show a new one.',
  account: 'See what has access to your account',
}

/** The texts of a device's sign-in; another language is an object of this type. */
export type DeviceMessages = typeof english
