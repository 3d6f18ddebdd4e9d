import { askModulesOf } from '../support/oidc-modules.ts'

askModulesOf({ responseType: 'code', responseMode: 'query' })
