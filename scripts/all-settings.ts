import { DJANGO_SETTINGS } from '../src/django/settings.ts'
import { SETTINGS } from '../src/settings/settings.ts'

/** The settings of the shipped Worker: the provider's own, then those of its features. */
export const ALL_SETTINGS = { ...SETTINGS, ...DJANGO_SETTINGS }
