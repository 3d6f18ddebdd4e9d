import { askModulesOf } from '../support/oidc-modules.ts'

askModulesOf({ responseType: 'code', responseMode: 'form_post' })
