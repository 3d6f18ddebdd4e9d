import { PROFILE_LABELS } from '../../identity/profile-labels.ts'

/** The texts of the profile page, in English. */
export const english = {
  title: 'Profile',
  hint: 'Applications may read this if you allow it.',
  edit: 'Edit your profile',
  submit: 'Save',
  saved: 'Your profile is saved.',
  labels: PROFILE_LABELS,
  problems: {
    text: 'Use one line of at most 200 characters.',
    birthdate: 'Enter the date as 1990-12-31, or the year alone.',
    zone: 'Enter a time zone such as Europe/Berlin.',
    locale: 'Enter a language such as en or de-AT.',
    url: 'Enter a web address such as https://example.org.',
    phone: 'Enter a number such as +49 30 123456.',
  },
}

/** The texts of the profile page, in any language. */
export type ProfileMessages = typeof english
