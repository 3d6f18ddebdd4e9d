import { askModulesOf } from '../support/oidc-modules.ts'

askModulesOf({ responseType: 'code id_token', responseMode: 'fragment' })
askModulesOf({ responseType: 'code token', responseMode: 'fragment' })
askModulesOf({ responseType: 'code id_token token', responseMode: 'fragment' })
