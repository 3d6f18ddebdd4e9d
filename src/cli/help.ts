import { type Command, Help, type HelpConfiguration } from 'commander'

/** Examples by command, for each that does something; the empty name is the program. */
const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  '': [
    'client create --name "Photo prints" --redirect-uri https://prints.example/callback',
    'user create --username mia --staff',
    'token revoke --user mia',
    'doctor --remote',
  ],
  'client create': [
    'client create --name "Web shop" --redirect-uri https://shop.example/callback',
    'client create --name "Phone app" --type public --redirect-uri com.example.photos:/callback',
    'client create --name "Nightly job" --grant client_credentials --scope read',
  ],
  'client list': ['client list --limit 20', 'client list --json --remote'],
  'client show': ['client show prints'],
  'client update': [
    'client update prints --redirect-uri https://prints.example/callback',
    'client update prints --disable',
  ],
  'client rotate-secret': ['client rotate-secret prints --keep-old 24h'],
  'client delete': ['client delete prints', 'client delete prints --remote --yes'],
  'user create': ['user create --username mia --email mia@prints.example --staff'],
  'user list': ['user list --limit 20', 'user list --json --remote'],
  'user show': ['user show mia', 'user show mia --json'],
  'user update': ['user update mia --email mia@prints.example', 'user update mia --no-staff'],
  'user set-password': ['user set-password mia --password-stdin < new-password'],
  'user recovery-link': ['user recovery-link mia --remote'],
  'user disable': ['user disable mia'],
  'user enable': ['user enable mia'],
  'user delete': ['user delete mia'],
  'scope create': ['scope create --name print --description "Print your photos"'],
  'scope list': ['scope list'],
  'scope delete': ['scope delete print'],
  'resource create': ['resource create --identifier https://files.example/mcp --name Files --scope read'],
  'resource list': ['resource list'],
  'resource show': ['resource show https://files.example/mcp'],
  'resource update': ['resource update https://files.example/mcp --token-format jwt'],
  'resource delete': ['resource delete https://files.example/mcp'],
  'issuer create': [
    'issuer create --issuer https://login.company.example --name Company --jwks-uri https://login.company.example/keys',
  ],
  'issuer list': ['issuer list'],
  'issuer show': ['issuer show https://login.company.example'],
  'issuer update': ['issuer update https://login.company.example --subject username'],
  'issuer delete': ['issuer delete https://login.company.example'],
  'sign-in-provider create': [
    'sign-in-provider create --id google --name Google --issuer https://accounts.google.com --client-id ours',
  ],
  'sign-in-provider list': ['sign-in-provider list'],
  'sign-in-provider show': ['sign-in-provider show google'],
  'sign-in-provider update': ['sign-in-provider update google --domains company.example'],
  'sign-in-provider delete': ['sign-in-provider delete google'],
  'token list': ['token list --user mia --live', 'token list --client prints --limit 20'],
  'token show': ['token show RVCmKjZiSsN3vhfKN40NIQ'],
  'token revoke': ['token revoke --user mia --client prints', 'token revoke --id RVCmKjZiSsN3vhfKN40NIQ'],
  'key list': ['key list'],
  'key rotate': ['key rotate --remote'],
  'import django': ['import django dump.json --dry-run'],
  'import workers-oauth-provider': ['import workers-oauth-provider entries.jsonl --dry-run'],
  'import auth0': ['import auth0 users.json --passwords hashes.json --dry-run'],
  'import keycloak': ['import keycloak realm.json --dry-run'],
  purge: ['purge --remote'],
  doctor: ['doctor --remote', 'doctor https://app.example.org/client.json'],
}

/** Characters of a term with its description beside it; longer terms have it below. */
const TERM = 26

/**
 * How the program was called, so that what help shows can be typed.
 * @param env the environment, where npm says how it was called itself
 */
export function calledBy(env: Readonly<Record<string, string | undefined>>): string {
  if (env['npm_lifecycle_event'] === 'cli') return 'npm run cli --'
  return env['npm_command'] === 'exec' ? 'npx edge-oauth2' : 'edge-oauth2'
}

/**
 * Help that fits 80 characters, however long the name of an option is.
 * @param called how the program was called
 */
export const narrowHelp = (called: string): HelpConfiguration => ({
  commandUsage(command) {
    const [, ...rest] = new Help().commandUsage(command).split(' ')
    return [called, ...rest].join(' ')
  },
  padWidth: (command, helper) => Math.min(TERM, Help.prototype.padWidth.call(helper, command, helper)),
  formatItem(term, width, description, helper) {
    const format = (name: string): string =>
      Help.prototype.formatItem.call(helper, name, width, description, helper)
    return term.length > width ? `  ${term}\n${format('')}` : format(term)
  },
})

const ENVIRONMENT = `
Environment:
  PERSIST_TO              folder of the local state (default: .wrangler/state)
  CLOUDFLARE_API_TOKEN    token with "D1: Edit", for --remote; or run npx wrangler login
  CLOUDFLARE_ACCOUNT_ID   account of the deployment, where the token has several
  SECRET_KEY              key of the deployment, where a command needs it
  NO_COLOR                no colors

The file .dev.vars, if there is one, is read as wrangler reads it.`

/** What the help of each command says of the environment. */
const environmentOf = (called: string): string => `
Environment:
  PERSIST_TO, CLOUDFLARE_API_TOKEN, CLOUDFLARE_ACCOUNT_ID, SECRET_KEY, NO_COLOR:
  see ${called} --help`

/**
 * Adds examples to the help of commands, and the environment variables: explained for the program, named for the others.
 * @param called how the program was called
 */
export function addHelp(program: Command, called: string): void {
  const add = (command: Command, path: string): void => {
    const examples = EXAMPLES[path]
    if (examples) {
      const lines = examples.map((line) => `  ${called} ${line}`)
      command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`)
      if (path !== '') command.addHelpText('after', environmentOf(called))
    }
    for (const sub of command.commands) add(sub, `${path} ${sub.name()}`.trim())
  }
  add(program, '')
  program.addHelpText('after', ENVIRONMENT)
}
