import { askModulesOf } from '../support/oidc-modules.ts'

askModulesOf({ responseType: 'id_token', responseMode: 'fragment' })
askModulesOf({ responseType: 'id_token token', responseMode: 'fragment' })
