/** The texts of passkeys, in English. */
export const english = {
  title: 'Passkeys',
  hint: 'Sign in with your fingerprint, your face or the PIN of your device.',
  manage: 'Manage your passkeys',
  signIn: 'Sign in with a passkey',
  refused: 'This passkey was not accepted.',
  refusedAdvice: 'Try again, or sign in another way.',
  failed: 'That did not work, or was cancelled. You can try again.',
  none: 'You have no passkeys yet',
  noneHint:
    'A passkey is kept by your device or password manager, works on this site only, and cannot be guessed.',
  unsupported: 'This browser cannot create passkeys here. A newer one can, with JavaScript turned on.',
  add: 'Add a passkey',
  added: 'Your passkey is added.',
  notAdded: 'The passkey was not added. Try again.',
  tooMany: (most: number) => `You have ${most} passkeys: remove one before you add another.`,
  confirmFirst: 'Confirm that it is you, and then change your passkeys.',
  confirm: 'Confirm',
  created: 'Created',
  lastUsed: 'Last used',
  synced: 'Synced',
  yes: 'Yes',
  no: 'No, on one device only',
  name: 'Name of the passkey',
  rename: 'Rename',
  renameOf: (name: string) => `Rename ${name}`,
  save: 'Save',
  renamed: 'The passkey is renamed.',
  badName: 'Use 1 to 60 visible characters.',
  remove: 'Remove',
  removeOf: (name: string) => `Remove ${name}`,
  removed: 'The passkey is removed. You can delete it from your device, too.',
  kept: 'This is your last way to sign in. Add another one before you remove it.',
  back: 'Back to your account',
  offerTitle: 'Sign in faster next time?',
  offerText:
    'Create a passkey, and next time your fingerprint, your face or the PIN of your device is enough. Your password stays.',
  notNow: 'Not now',
}

/** The texts of passkeys, in any language. */
export type PasskeyMessages = typeof english
